"""How rows of the public files are read, how names are compared, and where a third place lies."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from membership.reference import model, ports
from membership.reference.model import Match, Record, ThirdPlace, Town, Towns, normalised

NAMES = [
    ("Saint-Ouen", ["SAINT OUEN", "St-Ouen", "st ouen", " Saint  Ouen "]),
    ("Sainte-Luce", ["Ste Luce", "STE-LUCE"]),
    ("L'Haÿ-les-Roses", ["L’HAŸ LES ROSES", "l hay les roses"]),
    ("Œuilly", ["OEUILLY", "œuilly"]),
    ("Lyon", ["Lyon 7e Arrondissement", "LYON 07", "Lyon 1er", "Lyon 3ème", "Lyon Cedex 03", "lyon cedex"]),
    ("Château-Thierry", ["CHATEAU THIERRY", "Château–Thierry"]),
    ("Bâgé-Dommartin", ["bage dommartin"]),
]


@pytest.mark.parametrize(("name", "other"), [(name, other) for name, others in NAMES for other in others])
def test_spellings_of_one_name_are_one(name: str, other: str) -> None:
    assert normalised(name) == normalised(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Saint-Ouen", "Saint-Ouen-l'Aumône"),
        ("Le Mans", "Mans"),
        ("Stenay", "Saint-Enay"),
        ("Lyon", "Lyons"),
    ],
)
def test_two_names_stay_two(name: str, other: str) -> None:
    assert normalised(name) != normalised(other)


@given(st.text())
@example("St 1er cedex arrondissement 75")
@example("ﬆ ligature")
@example("İstanbul")
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


@given(st.text())
def test_case_and_spaces_around_do_not_matter_to_ascii_names(name: str) -> None:
    plain = name.encode("ascii", "ignore").decode()
    assert normalised(f"  {plain.upper()} ") == normalised(plain)


def test_no_two_towns_of_one_postcode_and_one_name_are_confused() -> None:
    towns = model.read(ports.records(ports.content(ports.TOWNS)), "insee", model.town).kept
    pairs = Counter((code, normalised(town.name)) for town in towns for code in town.postcodes)
    assert [pair for pair, count in pairs.items() if count > 1] == []


def a_town(code: str, name: str, *postcodes: str) -> Town:
    return Town(
        town_code=code,
        name=name,
        siren=None,
        postcodes=postcodes,
        departement=code[:2],
        grouping_siren=None,
        population=None,
    )


def a_place(**changes: Any) -> ThirdPlace:
    place = ThirdPlace("1", "L'Atelier", "1 rue Neuve", "11000", "CARCASSONNE", None, None, None, None)
    return replace(place, **changes)


CARCASSONNE, NARBONNE = a_town("11069", "Carcassonne", "11000"), a_town("11262", "Narbonne", "11100")
TOWNS = Towns([CARCASSONNE, NARBONNE])


@pytest.mark.parametrize(
    ("place", "match"),
    [
        (a_place(insee_com="11262", insee_metro="11069"), Match("11262", "insee_com", "11069")),
        (a_place(insee_com="11999", insee_metro="11262"), Match("11262", "insee_metro", "11069")),
        (a_place(insee_com=None, insee_metro="11069"), Match("11069", "insee_metro")),
        (a_place(insee_com="11999", insee_metro="11998"), Match("11069", "postcode_and_name")),
        (a_place(), Match("11069", "postcode_and_name")),
        (a_place(postcode="11100"), None),
        (a_place(postcode=None), None),
        (a_place(town_name=""), None),
    ],
)
def test_a_place_is_in_the_town_that_the_first_rule_finds(place: ThirdPlace, match: Match | None) -> None:
    assert TOWNS.of(place) == match


def test_two_towns_of_one_postcode_and_name_are_no_match() -> None:
    twins = Towns([CARCASSONNE, a_town("11070", "CARCASSONNE", "11000")])
    assert twins.of(a_place()) is None


def a_record(**changes: str) -> Record:
    record = {
        "siren": "200035715",
        "name": " CA Carcassonne Agglo",
        "type": "CA",
        "population_municipale": "114411",
        "population_totale": "117094",
        "departements": "11",
        "communes": "83",
    }
    return record | changes


def test_a_grouping_is_read_with_its_figures() -> None:
    found, flaws = model.grouping(a_record(departements="26 84"))
    assert found
    assert (found.name, found.departements, found.town_count) == ("CA Carcassonne Agglo", ("26", "84"), 83)
    assert (found.population_municipal, found.population_total, flaws) == (114_411, 117_094, [])


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"siren": "200035716"}, "siren-invalid"),
        ({"siren": ""}, "siren-invalid"),
        ({"name": "  "}, "no-name"),
        ({"type": "SIVU"}, "kind-unknown"),
        ({"communes": "many"}, "figure-invalid"),
        ({"population_totale": "-1"}, "figure-invalid"),
    ],
)
def test_a_grouping_that_cannot_be_one_is_left_out_by_name(changes: dict[str, str], flaw: str) -> None:
    assert model.grouping(a_record(**changes)) == (None, [flaw])


def test_a_row_that_comes_twice_is_left_out_and_named() -> None:
    reading = model.read([a_record(), a_record(name="Autre")], "siren", model.grouping)
    assert [grouping.name for grouping in reading.kept] == ["CA Carcassonne Agglo"]
    assert [(flaw.row_id, flaw.flaw, flaw.kept) for flaw in reading.flaws] == [
        ("200035715", "duplicate", False)
    ]


def test_a_file_without_rows_is_read_as_nothing() -> None:
    assert model.read([], "siren", model.grouping) == model.Reading()


def a_town_record(**changes: str) -> Record:
    record = {
        "insee": "2A004",
        "name": "Ajaccio",
        "siren": "212000046",
        "postcodes": "20000 20090",
        "departement": "2A",
        "epci_siren": "242010056",
        "population": "73822",
    }
    return record | changes


def test_a_town_is_read_with_every_postcode() -> None:
    found, flaws = model.town(a_town_record())
    assert found
    assert (found.town_code, found.postcodes, found.population, flaws) == (
        "2A004",
        ("20000", "20090"),
        73_822,
        [],
    )


@pytest.mark.parametrize(
    ("changes", "flaws", "kept"),
    [
        ({"siren": ""}, ["no-siren"], True),
        ({"siren": "212000047"}, ["siren-invalid"], True),
        ({"postcodes": "2000"}, ["no-postcode"], True),
        ({"population": ""}, ["no-population"], True),
        ({"epci_siren": ""}, ["no-grouping"], True),
        ({"insee": "69"}, ["code-invalid"], False),
        ({"name": ""}, ["no-name"], False),
    ],
)
def test_what_is_wrong_with_a_town_is_named(changes: dict[str, str], flaws: list[str], kept: bool) -> None:  # noqa: FBT001 - a column of the table
    found, named = model.town(a_town_record(**changes))
    assert (named, found is not None) == (flaws, kept)


def a_place_record(**changes: str) -> Record:
    record = {
        "ID": "7",
        "NOM_TL": " Le  Lieu ",
        "ADRESSE": "1 rue Neuve",
        "CP": "11000",
        "COMINIT": "CARCASSONNE",
        "INSEECOM": "11069",
        "NOMCOM": "Carcassonne",
        "LAT": "43.2",
        "LONG": "2.3",
        "INSEEMETRO": "11069",
        "NOMCOMMETRO": "Carcassonne",
    }
    return record | changes


def test_a_third_place_is_read_with_its_spaces_in_order() -> None:
    found, flaws = model.third_place(a_place_record())
    assert found
    assert (found.name, found.insee_com, found.latitude, flaws) == ("Le Lieu", "11069", 43.2, [])


@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({"ADRESSE": ""}, ["no-address"]),
        ({"CP": "0"}, ["no-postcode"]),
        ({"INSEECOM": "0"}, ["no-town-code"]),
        ({"LAT": "north"}, ["no-place-on-the-map"]),
        ({"LONG": "181"}, ["no-place-on-the-map"]),
    ],
)
def test_what_a_third_place_lacks_is_named(changes: dict[str, str], flaws: list[str]) -> None:
    found, named = model.third_place(a_place_record(**changes))
    assert found
    assert named == flaws
    assert (found.latitude is None) == (found.longitude is None)


def test_the_name_of_its_town_is_the_first_that_is_given() -> None:
    found, _ = model.third_place(a_place_record(NOMCOM="", COMINIT="", NOMCOMMETRO="Béziers"))
    assert found
    assert found.town_name == "Béziers"
    assert model.third_place(a_place_record(NOM_TL="  ")) == (None, ["no-name"])
