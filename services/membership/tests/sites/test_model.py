"""What a site is, where it may lie, and what an import says of each row."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from membership.reference.model import LocatedPlace, LostPlace, TownShown
from membership.sites import model
from membership.sites.model import ChangeSite, ImportSites, OpenSite

HERE, ELSEWHERE, SITE = "200035715", "200090751", UUID(int=1)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def a_town(**changes: Any) -> TownShown:
    town: dict[str, Any] = {
        "town_code": "11069",
        "name": "Carcassonne",
        "siren": "211100698",
        "postcodes": ("11000",),
        "departement": "11",
        "grouping_siren": HERE,
        "population": 46_080,
        "population_source": "a list",
        "population_year": None,
    }
    return TownShown(**(town | changes))


def an_opening(**changes: Any) -> OpenSite:
    fields: dict[str, Any] = {
        "site_id": SITE,
        "name": "Le 302",
        "address": "302 Rue Lamarck",
        "postcode": "11000",
        "town_code": "11069",
    }
    return OpenSite(**(fields | changes))


def a_place(**changes: Any) -> LocatedPlace:
    fields: dict[str, Any] = {
        "source_row": "1081",
        "name": "Le 302",
        "address": "302 Rue Lamarck",
        "postcode": "11000",
        "latitude": 43.2,
        "longitude": 2.3,
        "matched_by": "insee_metro",
        "town_code": "11069",
        "town_name": "Carcassonne",
        "town_postcodes": ("11000",),
        "other_town_name": None,
    }
    return LocatedPlace(**(fields | changes))


def test_a_site_opened_by_hand_takes_the_name_of_its_town() -> None:
    site = model.by_hand(an_opening(), SITE, a_town(), HERE, "Europe/Paris")
    assert (site.town_name, site.matched_by, site.zone) == ("Carcassonne", "hand", "Europe/Paris")
    assert (site.source, site.opened_on) == (None, None)


def test_a_site_lies_in_a_town_of_its_territory() -> None:
    with pytest.raises(model.TownUnknown):
        model.by_hand(an_opening(), SITE, None, HERE, "Europe/Paris")
    for elsewhere in (ELSEWHERE, None):
        with pytest.raises(model.TownElsewhere) as refusal:
            model.by_hand(an_opening(), SITE, a_town(grouping_siren=elsewhere), HERE, "Europe/Paris")
        assert "Carcassonne (11069)" in refusal.value.said("fr")


@pytest.mark.parametrize("half", [{"latitude": 43.2}, {"longitude": 2.3}])
def test_a_latitude_comes_with_a_longitude(half: dict[str, float]) -> None:
    with pytest.raises(model.CoordinatesIncomplete):
        model.by_hand(an_opening(**half), SITE, a_town(), HERE, "Europe/Paris")


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "  "},
        {"name": "x" * 201},
        {"name": "Le\n302"},
        {"address": "1 rue\u202e de l'Envers"},
        {"postcode": "1100"},
        {"postcode": "11000 "},
        {"postcode": "١١٠٠٠"},
        {"latitude": 91, "longitude": 0},
        {"latitude": float("nan"), "longitude": 0},
        {"colour": "blue"},
    ],
)
def test_what_cannot_be_a_site_is_not_read(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        an_opening(**bad)


def test_a_change_keeps_the_source_and_the_rule_while_the_town_stays() -> None:
    site = model.imported(a_place(), "tiers-lieux-2019", SITE, "Europe/Paris")
    fields = an_opening(name="Le 302 bis").model_dump(exclude={"site_id", "opened_on"})
    wanted = model.by_hand(ChangeSite(**fields), SITE, a_town(), HERE, "Europe/Paris")
    after = model.changed(site, wanted)
    assert (after.name, after.source_row, after.matched_by) == ("Le 302 bis", "1081", "insee_metro")
    moved = model.changed(site, wanted.model_copy(update={"town_code": "11251"}))
    assert (moved.source_row, moved.matched_by) == ("1081", "hand")


@pytest.mark.parametrize(
    ("postcode", "towns", "found"),
    [
        ("11000", ("11000",), "11000"),
        (None, ("11000",), "11000"),
        (None, ("34000", "34070"), ""),
        (None, (), ""),
    ],
)
def test_a_row_without_postcode_takes_the_only_one_of_its_town(
    postcode: str | None, towns: tuple[str, ...], found: str
) -> None:
    place = a_place(postcode=postcode, town_postcodes=towns)
    assert model.imported(place, "tiers-lieux-2019", SITE, "Europe/Paris").postcode == found


def test_a_report_counts_by_rule_and_names_what_a_person_should_look_at() -> None:
    places = [a_place(), a_place(source_row="2", matched_by="insee_com", other_town_name="Ussel")]
    lost = [LostPlace(source_row="1213", name="L'« abri »", postcode=None, town_name="Bauné")]
    asked = ImportSites(import_id=SITE, source="tiers-lieux-2019")
    report = model.report(asked, NOW, 1512, places, lost, opened=1)
    assert (report.in_territory, report.opened, report.already_there) == (2, 1, 1)
    assert report.matched_by == {"insee_metro": 1, "insee_com": 1}
    assert [(row.source_row, row.reason) for row in report.rejected] == [("1213", "place-without-town")]
    assert [(row.source_row, row.reason) for row in report.doubtful] == [("2", "place-in-doubt")]
    assert "Bauné" in report.rejected[0].said.fr
    assert "Ussel" in report.doubtful[0].said.en
    assert "by hand" in report.rejected[0].cure.en


def test_an_import_of_nothing_reports_nothing() -> None:
    asked = ImportSites(import_id=SITE, source="tiers-lieux-2019", dry_run=True)
    report = model.report(asked, NOW, 1512, [], [], opened=0)
    assert (report.in_territory, report.matched_by, report.rejected) == (0, {}, ())
