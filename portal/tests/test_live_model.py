"""How events read on the page, and how they are passed on."""

from portal.live import model
from portal.live.model import Message

EVENT = {
    "id": "01900000-0000-7000-8000-00000000000a",
    "type": "maillage.booking.BookingConfirmed.v1",
    "source": "/maillage/booking",
    "time": "2026-04-02T07:00:00Z",
    "data": {
        "site_name": "Le 302",
        "booking_id": "01900000-0000-7000-8000-00000000000b",
        "attendees": 8,
        "payer": {"person_id": "x"},
        "flagged": True,
        "note": "",
        "confirmed_at": "2026-04-02T07:00:00Z",
    },
}


def test_an_event_reads_by_its_kind_its_service_and_its_plain_facts() -> None:
    shown = model.happened(EVENT)
    assert (shown.kind, shown.service) == ("BookingConfirmed", "booking")
    assert shown.facts == (("site_name", "Le 302"), ("attendees", "8"))


def test_an_event_without_data_reads_too() -> None:
    assert model.happened({**EVENT, "data": None}).facts == ()


def test_lines_of_a_stream_make_a_message() -> None:
    message = Message()
    for line in (": beat", "id: 7", "event: end", "data: {}"):
        message.take(line)
    assert (message.event_id, message.event, message.data) == ("7", "end", "{}")


def test_a_piece_of_page_is_one_event_however_many_lines_it_has() -> None:
    assert model.written("<li>\n\n  a\n</li>", "7") == b"id: 7\ndata: <li>\ndata:   a\ndata: </li>\n\n"
    assert model.written("Fini.", "", event="end") == b"event: end\ndata: Fini.\n\n"


def test_the_end_of_a_stream_says_why() -> None:
    assert model.ended('{"detail": "La clé est retirée.", "status": 401}') == ("La clé est retirée.", 401)
    assert model.ended("cut off") == ("", 0)
