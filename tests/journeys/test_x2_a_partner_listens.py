"""X2: a partner reads events with curl and in Node, of its territory alone, without gap, repeat or name."""

import json

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from journey import Json, Person, Platform, until
from partner_machine import Listener, said
from territory_story import TOPICS, Story, Two

from chassis.ids import new_id
from contracts.registry import FACTS

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

EXPECTED = {
    "maillage.booking.BookingHeld.v1",
    "maillage.booking.BookingConfirmed.v1",
    "maillage.booking.BookingCancelled.v1",
    "maillage.membership.MembershipConfirmed.v1",
    "maillage.billing.ChargePriced.v1",
    "maillage.billing.ChargeInvoiced.v1",
    "maillage.billing.InvoiceSealed.v1",
}
CUTS = 5


@pytest.fixture(scope="module")
def partner(lived: Two) -> Listener:
    """A partner whose agreement gives it events, and no person behind them."""
    story = lived.here
    story.renew()
    account = {"partner_id": str(new_id()), "name": "Observatoire des tiers-lieux"}
    administrator = story.people["administrator"]
    administrator.post("notifications", f"{story.base}/partners", account)
    path = f"{story.base}/partners/{account['partner_id']}"
    agreement: Json = {"agreement_id": str(new_id()), "topics": list(TOPICS), "pseudonyms": False}
    agreement |= {"purpose": "Statistiques de fréquentation", "valid_from": "2026-01-01"}
    administrator.post("notifications", f"{path}/agreements", agreement)
    issued = administrator.post("notifications", f"{path}/keys", {"key_id": str(new_id())})
    return Listener(f"{story.platform.address('notifications')}{story.base}/events", issued["key"])


def test_every_event_is_a_cloudevent_of_the_partners_own_territory(two: Two, partner: Listener) -> None:
    mine, other = two.here, two.there
    events = partner.by_page()
    for event in events:
        JSONFormat().read(CloudEvent, json.dumps(event))
        FACTS[event["type"]]
        assert (event["territoryid"], event["datacontenttype"]) == (mine.place.siren, "application/json")
    assert {event["type"] for event in events} >= EXPECTED
    assert len({event["id"] for event in events}) == len(events)
    heard = json.dumps(events)
    assert [mark for mark in other.marks() if mark in heard] == []
    assert mine.ids["booking_id"] in heard
    assert mine.ids["invoice_id"] in heard


def test_no_key_opens_the_feed_of_another_territory(two: Two, partner: Listener) -> None:
    mine, other = two.here, two.there
    elsewhere = partner.feed.replace(mine.place.siren, other.place.siren)
    with pytest.raises(AssertionError, match="401"):
        Listener(elsewhere, partner.key).by_page()
    with pytest.raises(AssertionError, match="401"):
        Listener(partner.feed, other.key).by_page()
    assert Listener(elsewhere, other.key).by_page() != []


def test_nobody_is_named_to_a_partner_and_yet_staff_see_them(two: Two, partner: Listener) -> None:
    story = two.here
    people = {str(person.person_id): who for who, person in story.people.items()}
    personal = [value for who in people.values() for value in (story.named(who), story.mail(who))]
    heard = json.dumps(partner.by_page(), ensure_ascii=False)
    assert [value for value in (*personal, *people, "actorid") if value in heard] == []
    with_pseudonyms = json.dumps(Listener(partner.feed, story.key).by_page(), ensure_ascii=False)
    assert [value for value in personal if value in with_pseudonyms] == []
    assert str(story.people["member"].person_id) in with_pseudonyms, "an agreement can open pseudonyms"
    seen = json.dumps(story.see("administrator", "membership", "/persons?limit=200"), ensure_ascii=False)
    assert [value for value in personal if value not in seen] == []


def test_events_keep_their_ids_after_everything_was_killed(platform: Platform, partner: Listener) -> None:
    before = partner.by_page()
    for part in ("notifications", "kafka", "postgres"):
        platform.run("kill", part)
    until(platform.is_ready, 180)
    assert partner.by_page(limit=50)[: len(before)] == before


def test_a_reader_in_node_finds_the_same_pages(partner: Listener) -> None:
    assert said(partner.in_node("pages"))["events"] == partner.by_page()


def test_a_stream_cut_five_times_goes_on_without_gap_or_repeat(partner: Listener) -> None:
    events = partner.by_page()
    assert len(events) > CUTS + 1
    settings = {"CUTS": CUTS, "CUT_AFTER": len(events) // (CUTS + 1), "UNTIL": events[-1]["id"]}
    heard = said(partner.in_node("stream", **settings))
    assert heard["connections"] > CUTS
    assert heard["events"] == events


def test_a_stream_outlives_the_death_of_its_server(two: Two, partner: Listener) -> None:
    story, member = two.here, two.here.people["member"]
    heard_of, last = (a_booking(story, member, day) for day in ("09", "10"))
    listening = partner.in_node("stream", UNTIL=last["booking_id"])
    assert listening.stderr is not None
    assert listening.stderr.readline() == "listening\n"
    member.post("booking", f"{story.base}/bookings", heard_of)
    until(lambda: heard_of["booking_id"] in subjects(partner.by_page(limit=200)), 60)
    story.platform.run("kill", "notifications")
    member.post("booking", f"{story.base}/bookings", last)
    heard = said(listening)
    assert heard["connections"] > 1
    everything = partner.by_page(limit=200)
    assert heard["events"] == everything[: subjects(everything).index(last["booking_id"]) + 1]
    assert heard_of["booking_id"] in subjects(heard["events"])


def a_booking(story: Story, member: Person, day: str) -> Json:
    return {
        "booking_id": str(new_id()),
        "resource_id": story.ids["resource_id"],
        "person_id": str(member.person_id),
        "start": f"2026-04-{day}T09:00:00Z",
        "end": f"2026-04-{day}T10:00:00Z",
    }


def subjects(events: list[Json]) -> list[str]:
    return [event["subject"] for event in events]
