"""A reader of another house, ical4j, finds in a calendar the instants, states and names that we wrote."""

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from booking.calendars.model import Calendar, Entry, written

HERE = Path(__file__).parents[4] / "tests" / "contracts" / "calendars"
LIBRARIES = HERE / "target" / "dependency"
needs_ical4j = pytest.mark.skipif(
    not LIBRARIES.is_dir() or shutil.which("java") is None,
    reason="`mvn dependency:copy-dependencies` in tests/contracts/calendars brings ical4j",
)
MINE = Calendar(
    UUID(int=1), "person", UUID(int=2), None, None, False, "À moi", datetime(2026, 1, 1, tzinfo=UTC)
)


def an_entry(number: int, start: datetime, zone: str = "Europe/Paris") -> Entry:
    return Entry(
        booking_id=UUID(int=number),
        state="confirmed",
        start=start,
        end=start + timedelta(minutes=90),
        zone=zone,
        resource_name="Salle d’Aude ; « l'Été », \\ et une très longue désignation qui se replie",
        site_name="Le 302",
        person_id=UUID(int=2),
        decided_at=datetime(2026, 10, 1, tzinfo=UTC),
        version=1,
    )


def judged(content: bytes, tmp_path: Path) -> list[list[str]]:
    java = shutil.which("java")
    assert java is not None
    settings = tmp_path / "ical4j.properties"
    settings.write_text(
        "net.fortuna.ical4j.timezone.update.enabled=false\n"
        "net.fortuna.ical4j.timezone.cache.impl=net.fortuna.ical4j.util.MapTimeZoneCache\n"
    )
    path = os.pathsep.join([str(tmp_path), str(LIBRARIES / "*")])
    command = [
        java,
        "-Dfile.encoding=UTF-8",
        "-Dstdout.encoding=UTF-8",
        "-cp",
        path,
        str(HERE / "Judge.java"),
    ]
    ran = subprocess.run(command, input=content, capture_output=True, check=False)  # noqa: S603 - our own program
    assert ran.returncode == 0, ran.stderr.decode()
    return [line.split("\t") for line in ran.stdout.decode().splitlines()]


def iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@needs_ical4j
def test_every_hour_around_both_switches_is_read_as_it_was_written(tmp_path: Path) -> None:
    midnights = (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2027, 3, 27, 22, tzinfo=UTC))
    starts = [each + timedelta(minutes=30 * half) for each in midnights for half in range(16)]
    entries = [an_entry(number, start) for number, start in enumerate(starts)]
    found = judged(written(MINE, entries), tmp_path)
    assert [row[:2] for row in found] == [[iso(each.start), iso(each.end)] for each in entries]
    assert {row[5] for row in found} == {entries[0].resource_name}


@needs_ical4j
def test_a_weekly_series_over_both_switches_keeps_its_wall_time_in_any_reader(tmp_path: Path) -> None:
    weeks = range(30)
    starts = [
        datetime(2026, 10, 6, 16 if week < 3 or week >= 25 else 17, tzinfo=UTC) + timedelta(weeks=week)
        for week in weeks
    ]
    walls = [datetime(2026, 10, 6, 18) + timedelta(weeks=week) for week in weeks]  # noqa: DTZ001 - wall times
    entries = [
        replace(
            an_entry(number, start),
            series_id=UUID(int=7),
            recurrence_id=wall.isoformat(timespec="minutes"),
            version=1 + number,
        )
        for number, (start, wall) in enumerate(zip(starts, walls, strict=True))
    ]
    moved = replace(entries[4], start=entries[4].start + timedelta(days=1), state="cancelled")
    entries[4] = replace(moved, end=moved.start + timedelta(minutes=90))
    found = judged(written(MINE, entries), tmp_path)
    assert [row[0] for row in found] == [iso(each.start) for each in entries]
    assert [row[4] for row in found] == [iso(start) for start in starts]
    assert [row[3] for row in found] == [str(number) for number in weeks]
    assert [row[2] for row in found].count("CANCELLED") == 1


@needs_ical4j
@pytest.mark.parametrize("zone", ["Indian/Reunion", "America/Miquelon", "Pacific/Noumea"])
def test_places_overseas_are_read_in_their_own_time(zone: str, tmp_path: Path) -> None:
    entries = [
        an_entry(day, datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=9 * day), zone)
        for day in range(40)
    ]
    assert [row[0] for row in judged(written(MINE, entries), tmp_path)] == [
        iso(each.start) for each in entries
    ]
