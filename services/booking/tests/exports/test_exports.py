"""Bookings for a spreadsheet: read back as they were written, harmless, and by staff alone."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from booking_builders import Api, Hub, at
from hypothesis import example, given
from hypothesis import strategies as st
from series_builders import start

from booking.exports.model import BOM, HEADINGS, cell, table

texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"))


@given(st.lists(st.lists(texts, min_size=12, max_size=12), max_size=5))
@example([["=1+1", "+33", "-2", "@x", "\t=1", 'a "b"', "c;d,e", "l1\nl2", "", "é", "'=", " ="]])
def test_a_table_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    written = table(rows)
    assert written.startswith(BOM)
    read = list(csv.reader(StringIO(written.removeprefix(BOM), newline="")))
    assert read[0] == list(HEADINGS)
    assert read[1:] == [[cell(value) for value in row] for row in rows]
    assert not [value for row in read for value in row if value.startswith(("=", "+", "-", "@", "\t"))]


async def test_staff_download_the_bookings_of_a_site_and_of_a_time(hub: Hub, api: Api) -> None:
    person, room = await hub.member(), await hub.room("=Salle, « d'Aude »")
    await hub.book(room, person, 14, 15, attendees=3)
    series = await start(hub, room, person)
    asked = {"since": at(0).isoformat(), "until": (at(0) + timedelta(days=8)).isoformat()}
    staff = api.token("operator-staff", site_id=hub.site_id)
    answer = await api.get(f"sites/{hub.site_id}/bookings.csv", staff, **asked)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(row["début"], row["participants"]) for row in rows] == [
        ("2035-03-06 10:00", ""),
        ("2035-03-06 15:00", "3"),
        ("2035-03-13 10:00", ""),
    ]
    assert {row["ressource"] for row in rows} == {"'=Salle, « d'Aude »"}
    assert [row["série"] for row in rows] == [str(series.series_id), "", str(series.series_id)]


@pytest.mark.parametrize(("days", "status"), [(366, 200), (367, 422)])
async def test_an_export_covers_a_year_at_most(hub: Hub, api: Api, days: int, status: int) -> None:
    asked = {"since": at(0).isoformat(), "until": (at(0) + timedelta(days=days)).isoformat()}
    answer = await api.get(f"sites/{hub.site_id}/bookings.csv", api.token("finance"), **asked)
    assert answer.status_code == status


async def test_a_member_downloads_nothing(hub: Hub, api: Api) -> None:
    asked = {"since": at(0).isoformat(), "until": at(24).isoformat()}
    token = api.token("member", await hub.member())
    assert (await api.get(f"sites/{hub.site_id}/bookings.csv", token, **asked)).status_code == 403
