"""Decides what a site is, where it may lie, and what an import says of each row."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.errors import Refused
from contracts.values import Wording
from membership.reference.model import LocatedPlace, LostPlace, TownShown

Source = Literal["tiers-lieux-2019"]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^\P{C}*$")]
Postcode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]


class TownUnknown(Refused):
    """No town of today has the INSEE code {town_code}."""

    status = 422
    fr = "Aucune commune actuelle n'a le code INSEE {town_code}."
    cure = (
        "Take it from /v1/platform/groupings/{territory_id}/towns.",
        "Prenez-le dans /v1/platform/groupings/{territory_id}/towns.",
    )


class TownElsewhere(Refused):
    """{town_name} ({town_code}) is no town of the territory {territory_id}."""

    fr = "{town_name} ({town_code}) n'est pas une commune du territoire {territory_id}."
    cure = (
        "Choose a town of the territory, or open the site in the territory of that town.",
        "Choisissez une commune du territoire, ou ouvrez le site dans le territoire de cette commune.",
    )


class CoordinatesIncomplete(Refused):
    """A latitude and a longitude go together: only one of them is given."""

    status = 422
    fr = "Une latitude et une longitude vont ensemble : une seule est donnée."
    cure = ("Give both, or none.", "Donnez les deux, ou aucune.")


class PlaceWithoutTown(Refused):
    """No town of today has the code, or the postcode and name, of «{name}»: {postcode} {town_name}."""

    fr = (
        "Aucune commune actuelle n'a le code, ni le code postal et le nom, de « {name} » : "
        "{postcode} {town_name}."
    )
    cure = (
        "If it lies in this territory, open the site by hand.",
        "S'il est dans ce territoire, ouvrez le site à la main.",
    )


class PlaceInDoubt(Refused):
    """«{name}» lies in {town_name} by its code, but in {other_town_name} by its postcode and name."""

    fr = "« {name} » : {town_name} par le code, {other_town_name} par le code postal et le nom."
    cure = (
        "Check its address, and change the site where it is wrong.",
        "Vérifiez son adresse, et corrigez le site si besoin.",
    )


class SiteFields(BaseModel):
    """What people may say of a site; without a zone it lives in that of the territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    address: Address
    postcode: Postcode
    town_code: str
    zone: str | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class OpenSite(SiteFields):
    """Open a site by hand."""

    site_id: UUID
    opened_on: date | None = None


class ChangeSite(SiteFields):
    """Say anew what a site is; all of it is replaced."""


class ImportSites(BaseModel):
    """Open the third places of a file that lie in the territory; `dry_run` only says what would be done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    import_id: UUID
    source: Source
    dry_run: bool = False


class Site(BaseModel):
    """A place that opens its doors; `matched_by` is the rule by which its town was found."""

    model_config = ConfigDict(frozen=True)

    site_id: UUID
    name: str
    address: str
    postcode: str
    town_code: str
    town_name: str
    zone: str
    latitude: float | None = None
    longitude: float | None = None
    matched_by: str
    source: str | None = None
    source_row: str | None = None
    opened_on: date | None = None


class ReportedRow(BaseModel):
    """A row of a file that a person should look at, why, and what can be done."""

    model_config = ConfigDict(frozen=True)

    source_row: str
    name: str
    reason: str
    said: Wording
    cure: Wording


class SiteImport(BaseModel):
    """What an import did, or, dry, would do.

    Of the rows read, `in_territory` lie in it: so many by each rule; some were opened now, some before.
    `rejected` are those of the whole file whose town no rule finds; `doubtful` are among the territory's.
    """

    model_config = ConfigDict(frozen=True)

    import_id: UUID
    source: str
    dry_run: bool
    imported_at: datetime
    rows_read: int
    in_territory: int
    matched_by: dict[str, int]
    opened: int
    already_there: int
    rejected: tuple[ReportedRow, ...]
    doubtful: tuple[ReportedRow, ...]


def by_hand(fields: SiteFields, site_id: UUID, town: TownShown | None, territory_id: str, zone: str) -> Site:
    """Return a site as people describe it; raises TownUnknown, TownElsewhere, CoordinatesIncomplete."""
    if town is None:
        raise TownUnknown(town_code=fields.town_code, territory_id=territory_id)
    if town.grouping_siren != territory_id:
        raise TownElsewhere(town_name=town.name, town_code=town.town_code, territory_id=territory_id)
    if (fields.latitude is None) != (fields.longitude is None):
        raise CoordinatesIncomplete
    said = fields.model_dump(include=set(SiteFields.model_fields)) | {"zone": zone}
    opened_on = fields.opened_on if isinstance(fields, OpenSite) else None
    return Site(**said, site_id=site_id, town_name=town.name, matched_by="hand", opened_on=opened_on)


def changed(site: Site, wanted: Site) -> Site:
    """Return a site after a change: what it came from stays, and the rule of its town while that stays."""
    kept = {"source": site.source, "source_row": site.source_row, "opened_on": site.opened_on}
    if wanted.town_code == site.town_code:
        kept["matched_by"] = site.matched_by
    return wanted.model_copy(update=kept)


def imported(place: LocatedPlace, source: str, site_id: UUID, zone: str) -> Site:
    """Return the site that a row of the file describes.

    A row without postcode takes that of its town where it has just one.
    """
    only = place.town_postcodes[0] if len(place.town_postcodes) == 1 else ""
    return Site(
        site_id=site_id,
        name=place.name,
        address=place.address,
        postcode=place.postcode or only,
        town_code=place.town_code,
        town_name=place.town_name,
        zone=zone,
        latitude=place.latitude,
        longitude=place.longitude,
        matched_by=place.matched_by,
        source=source,
        source_row=place.source_row,
    )


def report(
    asked: ImportSites,
    at: datetime,
    rows_read: int,
    places: Sequence[LocatedPlace],
    lost: Sequence[LostPlace],
    opened: int,
) -> SiteImport:
    """Say what became of the rows of a file; `opened` counts the sites that are new."""
    return SiteImport(
        import_id=asked.import_id,
        source=asked.source,
        dry_run=asked.dry_run,
        imported_at=at,
        rows_read=rows_read,
        in_territory=len(places),
        matched_by=dict(Counter(place.matched_by for place in places)),
        opened=opened,
        already_there=len(places) - opened,
        rejected=tuple(_without_town(place) for place in lost),
        doubtful=tuple(_in_doubt(place, place.other_town_name) for place in places if place.other_town_name),
    )


def _without_town(place: LostPlace) -> ReportedRow:
    refusal = PlaceWithoutTown(name=place.name, postcode=place.postcode or "", town_name=place.town_name)
    return _reported(place.source_row, place.name, refusal)


def _in_doubt(place: LocatedPlace, other: str) -> ReportedRow:
    refusal = PlaceInDoubt(name=place.name, town_name=place.town_name, other_town_name=other)
    return _reported(place.source_row, place.name, refusal)


def _reported(source_row: str, name: str, refusal: Refused) -> ReportedRow:
    return ReportedRow(
        source_row=source_row,
        name=name,
        reason=refusal.code,
        said=Wording(en=refusal.said("en"), fr=refusal.said("fr")),
        cure=Wording(en=refusal.cure_said("en") or "", fr=refusal.cure_said("fr") or ""),
    )
