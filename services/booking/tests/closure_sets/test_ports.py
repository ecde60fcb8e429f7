"""What others publish is what the ministry and the law say."""

from datetime import date

import pytest

from booking.closure_sets import ports


def test_the_mainland_has_eleven_public_holidays() -> None:
    days = ports.public_holidays(None, [2026])
    assert len(days) == 11
    assert days[date(2026, 4, 6)] == "Lundi de Pâques"
    assert date(2026, 12, 26) not in days


@pytest.mark.parametrize(
    ("area", "day"), [("57", date(2026, 4, 3)), ("974", date(2026, 12, 20)), ("971", date(2026, 5, 27))]
)
def test_areas_have_days_of_their_own(area: str, day: date) -> None:
    assert day in ports.public_holidays(area, [2026])
    assert day not in ports.public_holidays(None, [2026])


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("a", date(2026, 2, 7), date(2026, 2, 22)),
        ("b", date(2026, 2, 14), date(2026, 3, 1)),
        ("c", date(2026, 2, 21), date(2026, 3, 8)),
    ],
)
def test_winter_holidays_of_2026_are_those_of_the_ministry(zone: str, first: date, last: date) -> None:
    days = ports.school_holidays(zone, [2026])
    winter = sorted(day for day, name in days.items() if "hiver" in name.lower())
    assert (winter[0], winter[-1]) == (first, last)


def test_school_holidays_are_known_for_2025_to_2027_and_no_year_is_made_up() -> None:
    for year in (2025, 2026, 2027):
        assert len(ports.school_holidays("a", [year])) > 100
    assert ports.school_holidays("a", [2035]) == {}
