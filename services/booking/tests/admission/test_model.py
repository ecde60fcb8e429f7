"""The grid of starts on wall clocks, whatever they do that night."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import a_grant, terms

from booking.admission.model import OffGrid, check_time
from booking.openings.model import Interval
from booking.policies.model import Case
from booking.resources.model import Resource
from booking.sites.model import Site

PARIS = ZoneInfo("Europe/Paris")
SITE = Site(UUID(int=1), "L'Atelier", "Europe/Paris")
MINUTES = st.integers(0, 18 * 366 * 24 * 60)
INSTANTS = MINUTES.map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


def a_case(start: datetime, minutes: int = 60, **said: Any) -> Case:
    room = Resource(
        resource_id=UUID(int=2),
        site_id=SITE.site_id,
        parent_id=None,
        part_ids=(),
        leaf_ids=(UUID(int=2),),
        lineage=(UUID(int=2), SITE.site_id),
        kind="room",
        name="Salle",
        capacity=None,
        bookable=True,
        approval_required=False,
        turnaround_minutes=0,
        price_code=None,
        available_from=None,
    )
    asked = Interval(start, start + timedelta(minutes=minutes))
    values = {"attendees": None, "at_desk": False, **said}
    return Case(room, UUID(int=3), UUID(int=4), a_grant(UUID(int=4)), asked, **values)


@given(start=INSTANTS, grid=st.sampled_from([5, 15, 20, 30, 60, 120]))
def test_a_start_off_the_grid_is_refused_with_the_nearest_two_on_it(start: datetime, grid: int) -> None:
    wall = start.astimezone(PARIS)
    case = a_case(start)
    if (wall.hour * 60 + wall.minute) % grid == 0:
        check_time(terms(grid_minutes=grid), case, SITE)
        return
    with pytest.raises(OffGrid) as refused:
        check_time(terms(grid_minutes=grid), case, SITE)
    for name in ("before", "after"):
        offered = datetime.fromisoformat(str(refused.value.values[name]))
        assert (offered.hour * 60 + offered.minute) % grid == 0
        assert abs(offered - wall.replace(tzinfo=None)) <= timedelta(minutes=grid + 60)


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
def test_every_quarter_of_a_day_with_a_clock_change_is_on_the_grid(day: date) -> None:
    begins = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    for quarter in range(23 * 4):
        check_time(terms(grid_minutes=15), a_case(begins + timedelta(minutes=15 * quarter)), SITE)


def test_seconds_are_off_every_grid() -> None:
    start = datetime(2026, 3, 12, 9, 0, 1, tzinfo=UTC)
    with pytest.raises(OffGrid):
        check_time(terms(grid_minutes=15), a_case(start), SITE)
