"""Decides what a row of the public files says, what is wrong with it, and in which town a place lies."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from contracts.values import is_siren

MatchRule = Literal["insee_com", "insee_metro", "postcode_and_name"]
Record = Mapping[str, str]
T = TypeVar("T")

KINDS = frozenset({"CC", "CA", "CU", "METRO", "MET69"})

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_ACCENTS = re.compile("[\u0300-\u036f]+")
_BETWEEN_WORDS = re.compile("[^a-z0-9]+")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_DISTRICT = re.compile(r"(?: (?:\d{1,2}(?:er|e|eme)?|arrondissement|cedex))+$")
_POSTCODE = re.compile("[0-9]{5}")
_TOWN_CODE = re.compile("[0-9][0-9AB][0-9]{3}")
_DECIMAL = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A packaged file; `year` is that of its populations where the file states it."""

    name: str
    file: str
    source: str
    year: int | None = None


class Grouping(BaseModel, frozen=True):
    """A grouping of towns with its own taxes (EPCI à fiscalité propre)."""

    siren: str
    name: str
    kind: str
    departements: tuple[str, ...]
    town_count: int
    population_municipal: int
    population_total: int


class GroupingShown(Grouping, frozen=True):
    """A grouping as it is kept; its populations are those of their source, which may state no year."""

    population_source: str
    population_year: int | None


class Town(BaseModel, frozen=True):
    """A town as it is today, by its INSEE code."""

    town_code: str
    name: str
    siren: str | None
    postcodes: tuple[str, ...]
    departement: str
    grouping_siren: str | None
    population: int | None


class TownShown(Town, frozen=True):
    """A town as it is kept; its population has another source and year than that of its grouping."""

    population_source: str
    population_year: int | None


class Loaded(BaseModel, frozen=True):
    """What was loaded of one file, and how often each flaw was found in it."""

    dataset: str
    source: str
    rows_read: int
    rows_kept: int
    flaws: dict[str, int]


@dataclass(frozen=True, slots=True)
class ThirdPlace:
    """A row of the third-place file, «0» read as unknown; its town is still to be found."""

    source_row: str
    name: str
    address: str
    postcode: str | None
    town_name: str
    insee_com: str | None
    insee_metro: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Match:
    """The town of a third place, and the rule that found it.

    `other_town_code` is the town that its postcode and name speak of, where the code names another: one of
    them is wrong, and a person should look.
    """

    town_code: str
    rule: MatchRule
    other_town_code: str | None = None


class LocatedPlace(BaseModel, frozen=True):
    """A third place with its town; `other_town_name` where its postcode and name speak of another."""

    source_row: str
    name: str
    address: str
    postcode: str | None
    latitude: float | None
    longitude: float | None
    matched_by: MatchRule
    town_code: str
    town_name: str
    town_postcodes: tuple[str, ...]
    other_town_name: str | None


class LostPlace(BaseModel, frozen=True):
    """A third place whose town no rule finds."""

    source_row: str
    name: str
    postcode: str | None
    town_name: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a row of a file, and whether the row is kept all the same."""

    row_id: str
    flaw: str
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a file says: the rows that are kept, and every flaw in it."""

    kept: list[T] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


class Towns:
    """The towns of today, found by code or by postcode and name."""

    def __init__(self, towns: Iterable[Town]) -> None:
        self._codes: set[str] = set()
        self._named: dict[tuple[str, str], set[str]] = {}
        for town in towns:
            self._codes.add(town.town_code)
            name = normalised(town.name)
            for postcode in town.postcodes:
                self._named.setdefault((postcode, name), set()).add(town.town_code)

    def of(self, place: ThirdPlace) -> Match | None:
        """Return the town of a place by the first of three rules that finds one, else None.

        By the code of its own town, else by that of the town its metropolitan data speaks of, else by
        postcode and name where just one town bears both.
        """
        named = self._by_postcode_and_name(place)
        if place.insee_com in self._codes:
            found = Match(place.insee_com, "insee_com")
        elif place.insee_metro in self._codes:
            found = Match(place.insee_metro, "insee_metro")
        else:
            return Match(named, "postcode_and_name") if named else None
        return replace(found, other_town_code=named) if named not in (None, found.town_code) else found

    def _by_postcode_and_name(self, place: ThirdPlace) -> str | None:
        codes = self._named.get((place.postcode or "", normalised(place.town_name)), set())
        return min(codes) if len(codes) == 1 else None


def normalised(name: str) -> str:
    """Return a name as it is compared: no accents, case or hyphens, «St» written out, no arrondissement.

    «SAINT-OUEN», «St Ouen» and «Saint Ouen» are one; so are «Lyon 7e Arrondissement», «LYON 07» and «Lyon».
    """
    folded = unicodedata.normalize("NFKD", name).casefold().translate(_LIGATURES)
    words = _BETWEEN_WORDS.sub(" ", _ACCENTS.sub("", folded)).split()
    return _DISTRICT.sub("", " ".join(_ABBREVIATIONS.get(word, word) for word in words))


def read(
    records: Iterable[Record], row_id: str, row: Callable[[Record], tuple[T | None, list[str]]]
) -> Reading[T]:
    """Read the records of one file; a row whose id came before is left out as a duplicate."""
    reading: Reading[T] = Reading()
    met: set[str] = set()
    for record in records:
        key = record[row_id]
        found, flaws = (None, ["duplicate"]) if key in met else row(record)
        met.add(key)
        reading.flaws.extend(Flaw(key, flaw, found is not None) for flaw in flaws)
        if found is not None:
            reading.kept.append(found)
    return reading


def grouping(record: Record) -> tuple[Grouping | None, list[str]]:
    """Read a row of epci.csv; one without a valid SIREN, name, kind or figures is left out."""
    figures = [record[name] for name in ("communes", "population_municipale", "population_totale")]
    flaws = _named_flaws(
        ("siren-invalid", not is_siren(record["siren"])),
        ("no-name", not record["name"].strip()),
        ("kind-unknown", record["type"] not in KINDS),
        ("figure-invalid", not all(figure.isdecimal() for figure in figures)),
    )
    if flaws:
        return None, flaws
    towns, municipal, total = map(int, figures)
    return Grouping(
        siren=record["siren"],
        name=record["name"].strip(),
        kind=record["type"],
        departements=tuple(record["departements"].split()),
        town_count=towns,
        population_municipal=municipal,
        population_total=total,
    ), []


def town(record: Record) -> tuple[Town | None, list[str]]:
    """Read a row of communes.csv; one without a valid code or name is left out."""
    population, siren = record["population"], record["siren"]
    siren_is_valid = is_siren(siren)
    postcodes = tuple(code for code in record["postcodes"].split() if _POSTCODE.fullmatch(code))
    fatal = _named_flaws(
        ("code-invalid", not _TOWN_CODE.fullmatch(record["insee"])), ("no-name", not record["name"].strip())
    )
    flaws = _named_flaws(
        ("no-siren", not siren),
        ("siren-invalid", bool(siren) and not siren_is_valid),
        ("no-postcode", not postcodes),
        ("no-population", not population.isdecimal()),
        ("no-grouping", not record["epci_siren"]),
    )
    if fatal:
        return None, fatal + flaws
    return Town(
        town_code=record["insee"],
        name=record["name"].strip(),
        siren=siren if siren_is_valid else None,
        postcodes=postcodes,
        departement=record["departement"],
        grouping_siren=record["epci_siren"] or None,
        population=int(population) if population.isdecimal() else None,
    ), flaws


def third_place(record: Record) -> tuple[ThirdPlace | None, list[str]]:
    """Read a row of the third-place file; one without a name is left out."""
    latitude, longitude = _degrees(record["LAT"], 90), _degrees(record["LONG"], 180)
    located = latitude is not None and longitude is not None
    place = ThirdPlace(
        source_row=record["ID"],
        name=" ".join(record["NOM_TL"].split()),
        address=" ".join(record["ADRESSE"].split()),
        postcode=record["CP"] if _POSTCODE.fullmatch(record["CP"]) else None,
        town_name=(record["NOMCOM"] or record["COMINIT"] or record["NOMCOMMETRO"]).strip(),
        insee_com=_code(record["INSEECOM"]),
        insee_metro=_code(record["INSEEMETRO"]),
        latitude=latitude if located else None,
        longitude=longitude if located else None,
    )
    if not place.name:
        return None, ["no-name"]
    return place, _named_flaws(
        ("no-address", not place.address),
        ("no-postcode", place.postcode is None),
        ("no-town-code", place.insee_com is None),
        ("no-place-on-the-map", not located),
    )


def _named_flaws(*found: tuple[str, bool]) -> list[str]:
    return [name for name, is_so in found if is_so]


def _code(text: str) -> str | None:
    return text if _TOWN_CODE.fullmatch(text) else None


def _degrees(text: str, most: int) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) and abs(float(text)) <= most else None
