"""What a calendar says: instants, names and states as RFC 5545 writes them, the same bytes each time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.calendars.model import Calendar, Entry, door, written

PARIS = "Europe/Paris"
MINE = Calendar(
    UUID(int=1),
    "person",
    UUID(int=2),
    None,
    None,
    False,
    "Mes réservations",
    datetime(2026, 1, 1, tzinfo=UTC),
)
SITE = replace(MINE, kind="site", site_id=UUID(int=3))


def an_entry(start: datetime, **said: Any) -> Entry:
    values: dict[str, Any] = {
        "booking_id": UUID(int=9),
        "state": "confirmed",
        "start": start,
        "end": start + timedelta(hours=1),
        "zone": PARIS,
        "resource_name": "Salle d’Aude",
        "site_name": "Le 302, Carcassonne",
        "person_id": UUID(int=2),
        "decided_at": datetime(2026, 10, 1, 8, tzinfo=UTC),
        "version": 1,
    }
    return Entry(**values | said)


def events(calendar: Calendar, *entries: Entry) -> list[Any]:
    return icalendar.Calendar.from_ical(written(calendar, entries)).walk("VEVENT")


def test_a_booking_says_where_when_and_how_it_stands() -> None:
    (event,) = events(MINE, an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC), version=3))
    assert event["SUMMARY"] == "Salle d’Aude"
    assert event["LOCATION"] == "Le 302, Carcassonne"
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CONFIRMED", 2, str(UUID(int=9)))
    assert event.start == datetime(2026, 10, 20, 18, tzinfo=ZoneInfo(PARIS))


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("held", "TENTATIVE"),
        ("checked_in", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
        ("no_show", "CANCELLED"),
    ],
)
def test_what_was_given_up_says_so_instead_of_vanishing(state: str, status: str) -> None:
    (event,) = events(MINE, an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC), state=state))
    assert event["STATUS"] == status


def test_dates_of_a_series_are_one_event_told_apart_by_their_first_time() -> None:
    series = UUID(int=7)
    kept = an_entry(
        datetime(2026, 10, 20, 16, tzinfo=UTC), series_id=series, recurrence_id="2026-10-20T18:00"
    )
    moved = an_entry(
        datetime(2026, 10, 28, 9, tzinfo=UTC), series_id=series, recurrence_id="2026-10-27T18:00"
    )
    first, second = events(MINE, kept, moved)
    assert first["UID"] == second["UID"] == str(series)
    assert second["RECURRENCE-ID"].dt == datetime(2026, 10, 27, 18, tzinfo=ZoneInfo(PARIS))
    assert second.start == datetime(2026, 10, 28, 10, tzinfo=ZoneInfo(PARIS))


def test_a_calendar_of_a_site_names_nobody_and_no_booking() -> None:
    text = written(SITE, [an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC))]).decode()
    assert "Occupé" in text
    assert str(UUID(int=9)) not in text
    assert str(UUID(int=2)) not in text


@given(st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_the_written_instants_are_those_of_the_booking(start: datetime) -> None:
    start = start.replace(microsecond=0)
    (event,) = events(MINE, an_entry(start))
    assert (event.start.astimezone(UTC), event.end.astimezone(UTC)) == (start, start + timedelta(hours=1))


def test_each_change_of_the_clock_stands_at_its_onset_in_the_offset_before() -> None:
    text = written(MINE, [an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC))]).decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n" in text
    assert "BEGIN:STANDARD\r\nDTSTART:20241027T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n" in text


@pytest.mark.parametrize("zone", ["Indian/Reunion", "America/Cayenne", "Pacific/Noumea", "America/Miquelon"])
def test_territories_overseas_have_their_own_clock(zone: str) -> None:
    start = datetime(2026, 10, 20, 16, tzinfo=UTC)
    (event,) = events(MINE, an_entry(start, zone=zone))
    assert event.start == start.astimezone(ZoneInfo(zone))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=200))
def test_whatever_a_room_is_called_is_read_again_and_no_line_is_long(name: str) -> None:
    content = written(MINE, [an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC), resource_name=name)])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["SUMMARY"]) == name


def test_a_line_break_in_a_name_makes_no_line_of_its_own() -> None:
    name = "Salle; d'Aude,\nATTENDEE:mailto:zoe@example.fr \\ Été"
    content = written(MINE, [an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC), resource_name=name)])
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["SUMMARY"]), event.get("ATTENDEE")) == (name, None)


def test_the_same_bookings_make_the_same_bytes() -> None:
    entries = [an_entry(datetime(2026, 10, 20, 16, tzinfo=UTC))]
    assert written(MINE, entries) == written(MINE, entries)
    assert written(MINE, entries) != written(MINE, [replace(entries[0], version=2)])
    assert b"VEVENT" not in written(MINE, [])


def test_a_door_shows_what_is_on_and_what_comes_next_that_day() -> None:
    at_nine, at_eleven, tomorrow = (
        an_entry(datetime(2026, 10, day, hour, tzinfo=UTC)) for day, hour in ((20, 9), (20, 11), (21, 9))
    )
    every = [at_nine, at_eleven, tomorrow]
    shown = door(every, datetime(2026, 10, 20, 9, 30, tzinfo=UTC), date(2026, 10, 20))
    assert (shown.current, shown.following) == (at_nine, at_eleven)
    shown = door(every, datetime(2026, 10, 20, 11, 0, tzinfo=UTC), date(2026, 10, 20))
    assert (shown.current, shown.following) == (at_eleven, None), "tomorrow is not next"
    shown = door(every, datetime(2026, 10, 20, 10, 0, tzinfo=UTC), date(2026, 10, 20))
    assert (shown.current, shown.following) == (None, at_eleven), "an end is not inside"
