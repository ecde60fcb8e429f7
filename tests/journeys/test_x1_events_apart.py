"""X1: events, feeds and invoices reach the territory that they are of, and no other."""

import hashlib

import pytest
from journey import Json
from territory_doors import Answer, marks_in
from territory_rows import connected
from territory_story import Two
from territory_topics import every_record, page_of, streamed

from chassis.ids import new_id

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

DENIED = {401, 403, 404}
_WATERMARKS = "SELECT territory_id, topic, aggregate_id, version FROM watermark"
_FED = "SELECT event_id::text FROM feed_events WHERE territory_id = %s"


def test_each_record_is_of_the_territory_that_its_key_and_its_envelope_name(two: Two) -> None:
    heard = every_record(two.here.platform)
    for each in heard:
        assert each.key == f"{each.envelope.territory_id}/{each.envelope.aggregate_id}".encode()
    for here, there in two.both_ways():
        own = [each for each in heard if each.envelope.territory_id == here.place.siren]
        topics = {each.envelope.topic for each in own}
        assert {"booking.bookings.v1", "billing.invoices.v1", "notifications.messages.v1"} <= topics
        for each in own:
            assert marks_in(each.text, there) == set(), each.envelope.type
    names = {two.here.place.canary, two.there.place.canary}
    sealed = [each for each in heard if each.envelope.topic == "membership.persons.v1"]
    assert sealed
    assert not [each for each in sealed if any(name in each.text for name in names)]


def test_what_consumers_keep_of_a_territory_came_from_its_own_records(two: Two) -> None:
    heard = every_record(two.here.platform)
    told = {(*each.envelope.key, each.envelope.version) for each in heard}
    ids = {each.envelope.territory_id: set[str]() for each in heard}
    for each in heard:
        ids[each.envelope.territory_id].add(str(each.envelope.id))
    for service in ("booking", "billing", "notifications"):
        with connected(two.here.platform, service, "migrator") as connection:
            rows = connection.execute(_WATERMARKS).fetchall()
            assert {two.here.place.siren, two.there.place.siren} <= {row[0] for row in rows}
            assert [row for row in rows if row[0] in ids and tuple(row) not in told] == []
    with connected(two.here.platform, "notifications", "migrator") as connection:
        for story in (two.here, two.there):
            fed = {row[0] for row in connection.execute(_FED, [story.place.siren]).fetchall()}
            assert len(fed) > 0
            assert fed <= ids[story.place.siren]


def test_a_partner_reads_its_own_territory_by_page_and_by_stream_and_no_other(two: Two) -> None:
    for here, there in two.both_ways():
        page = page_of(here, here.key)
        events: list[Json] = page.json()
        assert {event["territoryid"] for event in events} == {here.place.siren}
        assert {"maillage.booking.BookingConfirmed.v1", "maillage.billing.InvoiceSealed.v1"} <= {
            event["type"] for event in events
        }
        assert streamed(here, len(events)) == events
        assert marks_in(page.text, there) == set()
        assert here.named("member") not in page.text, "no name leaves with an event"
        assert page_of(here, there.key).status_code == 401
        for person in there.people.values():
            refused = person.send("GET", "notifications", f"{here.base}/events/stream")
            assert refused.status_code in DENIED, "its stream does not even begin"
        last = page_of(there, there.key).json()[-1]["id"]
        nothing = str(new_id())
        known, missing = (page_of(here, here.key, f"&after={after}") for after in (last, nothing))
        assert Answer.of(known, [last]) == Answer.of(missing, [nothing])
        assert known.status_code == 410


def test_an_invoice_opens_for_its_own_territory_as_it_was_sealed(two: Two) -> None:
    for here, there in two.both_ways():
        path = f"/invoices/{here.ids['invoice_id']}"
        listed = here.see("member", "billing", "/invoices/own")["items"]
        invoice = next(each for each in listed if each["invoice_id"] == here.ids["invoice_id"])
        pdf = here.people["member"].send("GET", "billing", f"{here.base}{path}/pdf")
        assert pdf.content.startswith(b"%PDF")
        assert hashlib.sha256(pdf.content).hexdigest() == invoice["document_digest"]
        assert invoice["number"] in pdf.headers["content-disposition"]
        for person in there.people.values():
            for base in (here.base, there.base):
                refused = person.send("GET", "billing", f"{base}{path}/pdf")
                assert refused.status_code in DENIED
                assert b"%PDF" not in refused.content
