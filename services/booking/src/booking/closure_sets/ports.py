"""What others publish: French public holidays, school holidays by zone, and calendars as text."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

import holidays
import icalendar
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from booking.closure_sets.model import MOST_DAYS, CalendarUnreadable, Days, spans

_SUBDIVISIONS: Final = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def public_holidays(area: str | None, years: Iterable[int]) -> Days:
    """Return the public holidays of the mainland, or of a département or territory with others."""
    subdivision = _SUBDIVISIONS.get(area, area) if area else None
    found = holidays.country_holidays("FR", subdiv=subdivision, years=list(years), language="fr")
    return {day: found[day] for day in found}


def school_holidays(zone: str, years: Iterable[int]) -> Days:
    """Return the days of the school holidays of zone A, B or C, as far as the ministry's dates are known."""
    known = SchoolHolidayDates()
    found: dict[date, str] = {}
    for year in years:
        try:
            told = known.holidays_for_year_and_zone(year, zone.upper())
        except UnsupportedYearException:
            continue
        found |= {day: str(each["nom_vacances"]) for day, each in told.items()}
    return found


def calendar_days(text: str) -> Days:
    """Read the whole days of an iCalendar text, each with what it is called. Raises CalendarUnreadable."""
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError) as error:
        raise CalendarUnreadable(reason=str(error)[:200]) from None
    found: dict[date, str] = {}
    for event in calendar.walk("VEVENT"):
        first, last = _whole_days(event)
        if (last - first).days > MOST_DAYS or last < first:
            raise CalendarUnreadable(reason=f"{first} – {last}")
        found |= spans(first, last, str(event.get("SUMMARY", ""))[:200] or "—")
    if not 0 < len(found) <= MOST_DAYS:
        raise CalendarUnreadable(reason=f"{len(found)} / {MOST_DAYS}")
    return found


def _whole_days(event: Any) -> tuple[date, date]:
    """Return the first and last day of an event; DTEND is the first day after it, as RFC 5545 has it."""
    if "DTSTART" not in event:
        raise CalendarUnreadable(reason="DTSTART")
    first = _day(event["DTSTART"].dt)
    if "DTEND" in event:
        return first, max(first, _day(event["DTEND"].dt, ends=True))
    length = cast("timedelta", event["DURATION"].dt) if "DURATION" in event else timedelta(days=1)
    return first, first + length - timedelta(days=1)


def _day(value: date | datetime, *, ends: bool = False) -> date:
    if isinstance(value, datetime):
        return (value - timedelta(microseconds=1)).date() if ends else value.date()
    return value - timedelta(days=1) if ends else value
