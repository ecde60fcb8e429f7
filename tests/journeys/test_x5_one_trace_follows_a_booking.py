"""X5: one trace from a booking's request to its mail, its line on an invoice and the partner's copy of it."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from journey import Json, Person, Platform, until
from span_tree import Root, tree, trees
from territory_story import Story, Two

from chassis.ids import new_id
from maillage.runtime.part import signal_tree

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

OPENING = datetime(2026, 4, 7, 6, tzinfo=UTC)  # a Tuesday, eight o'clock in Paris
HALF_HOUR = timedelta(minutes=30)
A_DAY = 24  # half hours from opening to closing
POSTED = "booking: POST /v1/territories/{siren}/bookings"
SENT = "booking: send booking.bookings.v1"
MAILED = "notifications: effect mail"
INVOICED = "billing: invoice line"
SEALED = "billing: timer seal-bill-run"
FOLLOWS = {
    POSTED,
    SENT,
    "billing: process booking.bookings.v1 [billing.charges]",
    "billing: send billing.charges.v1",
    "notifications: process booking.bookings.v1 [notifications.messages]",
    "notifications: process booking.bookings.v1 [notifications.feed]",
    "notifications: process billing.charges.v1 [notifications.feed]",
    "notifications: send notifications.messages.v1",
    MAILED,
}
CONFIRMED, PRICED = "maillage.booking.BookingConfirmed.v1", "maillage.billing.ChargePriced.v1"


@dataclass(frozen=True, slots=True)
class Traced:
    """A booking that was accepted, and the trace that its caller asked for."""

    root: Root
    booking_id: str
    charged: Json


@pytest.fixture(scope="module")
def story(lived: Two) -> Story:
    """A territory that has lived its March: it is the second of April there."""
    return lived.there


def asked(person: Person, method: str, service: str, path: str, body: Json, root: Root) -> httpx.Response:
    """Send one request as part of a trace."""
    headers = {"Authorization": f"Bearer {person.token}", "traceparent": root.traceparent}
    headers["Idempotency-Key"] = str(new_id())
    url = person.platform.address(service) + path
    return httpx.request(method, url, json=body, headers=headers, timeout=60)


def booked(story: Story, member: Person, start: datetime) -> tuple[Root, str]:
    """Book half an hour in a trace of its own; return that and the booking's id."""
    wanted = {
        "booking_id": str(new_id()),
        "resource_id": story.ids["resource_id"],
        "person_id": str(member.person_id),
        "start": start.isoformat(),
        "end": (start + HALF_HOUR).isoformat(),
    }
    root = Root()
    answer = asked(member, "POST", "booking", f"{story.base}/bookings", wanted, root)
    assert answer.status_code == 201, answer.text
    return root, wanted["booking_id"]


@contextmanager
def deaf_broker(platform: Platform) -> Iterator[None]:
    """Let Kafka take nothing in; servers that the platform only borrows go on."""
    pid = platform.parts().get("kafka", {}).get("pid")
    if pid is not None:
        signal_tree(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if pid is not None:
            signal_tree(pid, signal.SIGCONT)


def killed_with_it_unsent(story: Story, starts: Sequence[datetime]) -> list[tuple[Root, str]]:
    """Book at all these times at once while Kafka is deaf, then kill booking, relay and all."""
    story.renew()
    platform, member = story.platform, story.people["member"]
    with deaf_broker(platform):
        with ThreadPoolExecutor(len(starts)) as threads:
            found = list(threads.map(lambda start: booked(story, member, start), starts))
        roots = [root for root, _ in found]
        until(lambda: all(POSTED in each.steps for each in trees(platform.data, roots)), 60)
        platform.run("kill", "booking")
        if "kafka" in platform.parts():
            assert not any(SENT in each.steps for each in trees(platform.data, roots))
    until(platform.is_ready, 120)
    return found


def charge_of(story: Story, booking_id: str) -> Json:
    """Return the booking's one charge, as soon as there is one."""
    path = f"/charges?source_id={booking_id}"
    found = until(lambda: story.see("finance", "billing", path)["items"], 120)
    assert len(found) == 1
    charge: Json = found[0]
    return charge


def partner_events(story: Story) -> dict[str, Json]:
    """Return all that the partner reads, by the ids of the events."""
    headers, path = {"Authorization": f"Bearer {story.key}"}, f"{story.base}/events"
    found: dict[str, Json] = {}
    while True:
        answer = httpx.get(story.platform.address("notifications") + path, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        if not answer.json():
            return found
        found |= {event["id"]: event for event in answer.json()}
        path = answer.links["next"]["url"]


@pytest.fixture(scope="module")
def one(story: Story) -> Traced:
    [(root, booking_id)] = killed_with_it_unsent(story, [OPENING])
    return Traced(root, booking_id, charge_of(story, booking_id))


def test_one_trace_outlives_the_death_of_the_relay_and_reaches_the_mail(story: Story, one: Traced) -> None:
    data = story.platform.data
    until(lambda: not tree(data, one.root).lacks(FOLLOWS), 120)
    whole = tree(data, one.root)
    [request] = whole.spans_of(POSTED)
    assert request["parent_id"] == one.root.span_id
    assert len(whole.spans_of(MAILED)) == 1
    written = story.see("administrator", "notifications", "/messages?limit=200")["items"]
    [message] = [
        each for each in written if (each["channel"], each["cause_aggregate_id"]) == ("mail", one.booking_id)
    ]
    assert message["state"] == "sent"
    letters = [file.read_bytes() for file in (data / "mail").glob("*.eml")]
    assert len([each for each in letters if message["message_id"].encode() in each]) == 1


def test_the_copies_of_a_partner_name_spans_of_the_same_trace(story: Story, one: Traced) -> None:
    def both() -> dict[str, Json]:
        of_this = [
            event for event in partner_events(story).values() if one.root.trace_id in event["traceparent"]
        ]
        copies = {event["type"]: event for event in of_this}
        return copies if {CONFIRMED, PRICED} <= copies.keys() else {}

    copies = until(both, 60)
    assert copies[CONFIRMED]["data"]["booking_id"] == one.booking_id
    assert copies[PRICED]["data"]["charge_id"] == one.charged["charge_id"]
    whole = tree(story.platform.data, one.root)
    named = {copy["traceparent"].split("-")[2] for copy in copies.values()}
    assert named <= whole.ids - {one.root.span_id}
    assert len(named) == len(copies), "each names its own cause"


def test_fifty_bookings_at_once_are_fifty_whole_traces(story: Story) -> None:
    starts = [OPENING + timedelta(days=1 + n // A_DAY) + n % A_DAY * HALF_HOUR for n in range(50)]
    found = killed_with_it_unsent(story, starts)
    roots = [root for root, _ in found]
    data = story.platform.data

    def lacking() -> list[set[str]]:
        return [lacks for each in trees(data, roots) if (lacks := each.lacks(FOLLOWS))]

    until(lambda: not lacking(), 180)
    whole = trees(data, roots)
    assert len({each.root.trace_id for each in whole}) == 50
    assert all(len(each.spans_of(POSTED)) == 1 for each in whole)
    ids = [span["span_id"] for each in whole for span in each.spans]
    assert len(ids) == len(set(ids)), "no span stands in two traces"
    sent = [span["attributes"] for each in whole for span in each.spans_of(SENT)]
    assert max(each["messaging.batch.message_count"] for each in sent) > 1, "they travelled together"
    charges = {charge_of(story, booking_id)["charge_id"] for _, booking_id in found}
    assert len(charges) == 50
    told: dict[str, set[str]] = {}
    for event in partner_events(story).values():
        if event["type"] == CONFIRMED:
            told.setdefault(event["data"]["booking_id"], set()).add(event["traceparent"].split("-")[1])
    assert {booking_id: {root.trace_id} for root, booking_id in found}.items() <= told.items()


def test_the_line_on_the_invoice_weeks_later_stands_in_the_same_trace(story: Story, one: Traced) -> None:
    story.renew()
    platform, run = story.platform, Root()
    administrator, finance = story.people["administrator"], story.people["finance"]
    administrator.post("membership", f"{story.base}/move-clock", {"to": "2026-05-02T08:00:00Z"})
    wanted: Json = {"issuer_id": story.ids["issuer_id"], "cut_off_on": "2026-05-02"}

    def planned() -> Json:
        wanted["bill_run_id"] = str(new_id())  # a refusal is kept under its id
        answer = finance.send("POST", "billing", f"{story.base}/bill-runs", wanted)
        found: Json = answer.json() if answer.is_success else {}
        return found

    digest = until(planned, 60)["plan_digest"]
    path = f"{story.base}/bill-runs/{wanted['bill_run_id']}"
    administrator.post("billing", f"{path}/release", {"plan_digest": digest})
    assert asked(administrator, "POST", "billing", f"{path}/seal", {}, run).is_success
    until(lambda: finance.get("billing", path)["state"] == "sealed", 120)
    charge = finance.get("billing", f"{story.base}/charges/{one.charged['charge_id']}")
    assert charge["state"] == "invoiced"
    until(lambda: not tree(platform.data, one.root).lacks({*FOLLOWS, INVOICED}), 60)
    line = tree(platform.data, one.root).spans_of(INVOICED)[-1]  # a try that failed may have left one before
    about = {"invoice.number": charge["invoice_number"], "invoice.line": charge["line_number"]}
    assert line["attributes"] == about
    [link] = line["links"]
    _, trace_id, span_id, _ = link.split("-")
    assert trace_id == run.trace_id
    until(lambda: span_id in {span["span_id"] for span in tree(platform.data, run).spans_of(SEALED)}, 60)
    assert tree(platform.data, run).orphans == []
