"""X3: a team brings its own version of billing into service while bookings go on, and takes it back."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from busy_hub import BASE, SIREN, BusyHub
from journey import Json, Person, Platform, until
from next_billing import FIELD, SAID, next_billing
from rush import Rush

from contracts.registry import SERVICES

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]
TOPIC, PRICED = "billing.charges.v1", "maillage.billing.ChargePriced.v1"


@pytest.fixture(scope="module")
def hub(platform: Platform, operator: Person) -> BusyHub:
    return BusyHub(platform, operator).open()


def test_billing_is_replaced_and_put_back_under_load_and_every_booking_is_charged_once(
    hub: BusyHub, tmp_path: Path
) -> None:
    platform, rush = hub.platform, Rush(hub)
    checkout = next_billing(tmp_path / "checkout")
    hub.renew("hub-manager")
    with rush.going_on():
        acknowledges(rush, 100)
        platform.run("up", "--service", f"billing={checkout}")
        acknowledges(rush, 100)
        platform.run("up", "--service", "billing=")
        acknowledges(rush, 100)
    assert rush.refused == []
    assert set(rush.quoted) == {350}, "an hour of a desk costs 3.50 in both versions"
    hub.renew("finance", "administrator")
    until(lambda: not rush.acknowledged - charged_bookings(hub), 120)
    until(lambda: unsent(platform) == 0, 60)
    charged = charged_bookings(hub)
    assert set(charged.values()) == {1}, "none is charged twice"
    assert set(charged) <= rush.asked, "and none that nobody asked for"
    assert parked(platform) == []
    events = asyncio.run(told(platform))
    newer = [event for event in events if event.get(FIELD) == SAID]
    assert Counter(event["source"]["id"] for event in events) == charged
    assert 0 < len(newer) < len(events), "both versions told their part"
    fed = until(lambda: same(fed_charges(hub), charged), 60)
    assert fed == charged, "the version of notifications from before goes on reading"
    rate = sum((rush.acknowledged + rush.quoted).values()) / rush.seconds
    sys.stderr.write(
        f"\n{len(rush.acknowledged)} bookings and {sum(rush.quoted.values())} quotes acknowledged in "
        f"{rush.seconds:.0f} s ({rate:.0f} a second), {rush.repeats} sent again; {len(charged)} charges, "
        f"{len(newer)} of {len(events)} told by the new version, {sum(fed.values())} fed, 0 parked\n"
    )


def acknowledges(rush: Rush, more: int) -> None:
    """Wait until so many more bookings are acknowledged."""
    goal = len(rush.acknowledged) + more
    until(lambda: len(rush.acknowledged) >= goal, 120)


def charged_bookings(hub: BusyHub) -> Counter[str]:
    """How often each booking is charged, as the finance officer sees it."""
    charges = listed(hub.people["finance"], "billing", f"{BASE}/charges?limit=200")
    return Counter(charge["source"]["id"] for charge in charges if charge["source"]["kind"] == "booking")


def fed_charges(hub: BusyHub) -> Counter[str]:
    """How often each booking's charge stands in the feed of the territory."""
    events = listed(hub.people["administrator"], "notifications", f"{BASE}/events?limit=200")
    return Counter(event["data"]["source"]["id"] for event in events if event["type"] == PRICED)


def listed(person: Person, service: str, path: str) -> Iterator[Json]:
    """Every item of a list, page after page."""
    more: str | None = path
    while more:
        response = person.send("GET", service, more)
        assert response.is_success, response.text
        page = response.json()
        yield from page["items"] if isinstance(page, dict) else page
        more = response.links["next"]["url"] if page and "next" in response.links else None


def same(found: Counter[str], wanted: Counter[str]) -> Counter[str] | None:
    return found if found == wanted else None


def parked(platform: Platform) -> list[str]:
    """What the services' metrics tell of lanes that wait or are parked."""
    return [line for line in measured(platform) if line.startswith("maillage_lanes{")]


def unsent(platform: Platform) -> float:
    """How many events wait to be sent, all services together."""
    rows = [line for line in measured(platform) if line.startswith("maillage_outbox_rows ")]
    assert len(rows) == len(SERVICES)
    return sum(float(row.split()[1]) for row in rows)


def measured(platform: Platform) -> list[str]:
    texts = [httpx.get(f"{platform.address(service)}/metrics", timeout=20).text for service in SERVICES]
    return [line for text in texts for line in text.splitlines()]


async def told(platform: Platform) -> list[Json]:
    """The data of every event by which billing priced something in the territory, as it stands on Kafka."""
    address = platform.environment.get("MAILLAGE_KAFKA")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address or f"127.0.0.1:{platform.environment['MAILLAGE_KAFKA_PORT']}"
    )
    await consumer.start()
    try:
        places = [TopicPartition(TOPIC, number) for number in range(12)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: dict[bytes, Json] = {}  # by id: a relay that is killed or replaced may send twice
        while [place for place, end in ends.items() if await consumer.position(place) < end]:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = dict(record.headers)
                    if headers["ce_type"] == PRICED.encode() and record.key.startswith(SIREN.encode()):
                        found[headers["ce_id"]] = json.loads(record.value)
        return list(found.values())
    finally:
        await consumer.stop()
