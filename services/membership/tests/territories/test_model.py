"""How a territory opens, in which zone it lives, and when its clock may be moved."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.reference.model import GroupingShown
from membership.territories import model
from membership.territories.model import (
    ClockNotForward,
    ClockOfARealTerritory,
    InstantOutOfReach,
    OpenTerritory,
    ZoneUnknown,
)

NOW = datetime(2026, 11, 22, 9, 30, 0, 250_000, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, 8, tzinfo=UTC)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - aware by `timezones`


def a_grouping(*departements: str) -> GroupingShown:
    return GroupingShown(
        siren="200035715",
        name="CA Carcassonne Agglo",
        kind="CA",
        departements=departements,
        town_count=83,
        population_municipal=114_411,
        population_total=117_094,
        population_source="a list",
        population_year=None,
    )


def test_a_real_territory_has_no_start_and_no_clock_of_its_own() -> None:
    territory = model.opened(a_grouping("11"), OpenTerritory(kind="real"), NOW)
    assert (territory.sandbox, territory.sandbox_start, territory.opened_at) == (False, None, NOW)
    with pytest.raises(ClockOfARealTerritory):
        model.opened(a_grouping("11"), OpenTerritory(kind="real", starts_at=MARCH), NOW)
    with pytest.raises(ClockOfARealTerritory) as refusal:
        model.moved_ahead(territory, NOW + timedelta(days=1), NOW, timedelta())
    assert refusal.value.code == "clock-of-a-real-territory"


def test_a_sandbox_starts_when_asked_or_now() -> None:
    assert model.opened(a_grouping("11"), OpenTerritory(kind="sandbox"), NOW).sandbox_start == NOW
    asked = OpenTerritory(kind="sandbox", starts_at=MARCH)
    assert model.opened(a_grouping("11"), asked, NOW).sandbox_start == MARCH


@pytest.mark.parametrize(
    ("departements", "zone"),
    [
        (("11",), "Europe/Paris"),
        (("2A",), "Europe/Paris"),
        (("971",), "America/Guadeloupe"),
        (("972",), "America/Martinique"),
        (("973",), "America/Cayenne"),
        (("974",), "Indian/Reunion"),
        (("976",), "Indian/Mayotte"),
        (("26", "84"), "Europe/Paris"),
        ((), "Europe/Paris"),
    ],
)
def test_a_territory_lives_in_the_zone_of_its_departement(departements: tuple[str, ...], zone: str) -> None:
    assert model.opened(a_grouping(*departements), OpenTerritory(kind="real"), NOW).zone == zone


def test_every_zone_overseas_exists() -> None:
    assert all(ZoneInfo(model.known_zone(zone)) for zone in model.OVERSEAS.values())


@pytest.mark.parametrize("zone", ["Europe/Carcassonne", "europe/paris", "", "../etc/passwd", "CEST"])
def test_a_zone_that_iana_does_not_list_is_refused(zone: str) -> None:
    with pytest.raises(ZoneUnknown):
        model.known_zone(zone)


@pytest.mark.parametrize("year", [1, 1999, 2100, 9999])
def test_a_sandbox_stays_within_a_century(year: int) -> None:
    far = datetime(year, 6, 1, tzinfo=UTC)
    with pytest.raises(InstantOutOfReach):
        model.opened(a_grouping("11"), OpenTerritory(kind="sandbox", starts_at=far), NOW)


@pytest.mark.parametrize("step", [timedelta(), timedelta(seconds=-1), timedelta(days=-40)])
def test_a_clock_is_not_moved_to_an_instant_it_has_passed(step: timedelta) -> None:
    sandbox = model.opened(a_grouping("11"), OpenTerritory(kind="sandbox", starts_at=MARCH), NOW)
    with pytest.raises(ClockNotForward):
        model.moved_ahead(sandbox, MARCH + step, MARCH, MARCH - NOW)


@given(real=instants, to=instants)
def test_an_offset_is_whole_seconds_and_never_short(real: datetime, to: datetime) -> None:
    offset = model.offset(to, real)
    assert offset % timedelta(seconds=1) == timedelta()
    assert timedelta() <= real + offset - to < timedelta(seconds=1)


@given(real=instants, now=instants, forward=st.timedeltas(timedelta(microseconds=1), timedelta(days=4000)))
def test_a_move_goes_forward_and_reaches_what_was_asked(
    real: datetime, now: datetime, forward: timedelta
) -> None:
    to = now + forward
    if to >= model.LATEST:
        return
    ahead = now - real
    sandbox = model.opened(a_grouping("11"), OpenTerritory(kind="sandbox", starts_at=now), real)
    moved = model.moved_ahead(sandbox, to, now, ahead)
    assert moved > ahead
    assert real + moved >= to
