"""An operator sees that all is taken in, finds the event that was not, and frees what waits behind it."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from journey import Json, Platform, until

from chassis.clock import utc_now
from chassis.ids import new_id
from chassis.testing import new_territory
from chassis.wire import encode, record_key
from contracts.membership import SITES, SiteOpened

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(500)]

HEARERS = {"booking.sites", "billing.places"}


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """A platform of its own: what was never said by a producer stays in it."""
    with Platform.running() as platform:
        yield platform


def maillage(platform: Platform, *words: str) -> tuple[int, Json]:
    """Run the operator's command; return its exit code and its document."""
    command = [sys.executable, "-m", "maillage", *words, "--json"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=platform.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout, done.stderr
    said: Json = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, said


def lanes(platform: Platform, territory: str) -> dict[str, Json]:
    """The lanes of one territory, by consumer."""
    _, said = maillage(platform, "lanes")
    return {lane["consumer"]: lane for lane in said["lanes"] if lane["territory_id"] == territory}


async def send_broken(platform: Platform, territory: str, site_id: str) -> None:
    """Say of a site what its contract does not allow, as a faulty version of membership would."""
    row = {
        "event_id": new_id(),
        "type": SiteOpened.type,
        "territory_id": territory,
        "aggregate_id": site_id,
        "version": 1,
        "data_class": "internal",
        "correlation_id": new_id(),
        "recorded_at": utc_now(),
    } | dict.fromkeys(("causation_id", "actor_id", "site_id", "traceparent"))
    producer = AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{platform.environment['MAILLAGE_KAFKA_PORT']}")
    await producer.start()
    try:
        await producer.send_and_wait(
            SITES.name,
            b'{"name": 7}',
            key=record_key(territory, site_id),
            headers=encode(row, b"/membership"),
        )
    finally:
        await producer.stop()


def test_every_consumer_takes_in_what_was_said(platform: Platform) -> None:
    code, said = maillage(platform, "reconcile", "--wait", "60")
    assert (code, said["ok"]) == (0, True), [each for each in said["consumers"] if each["example"]]
    heard = Counter[str]()
    for each in said["consumers"]:
        heard[each["consumer"]] += each["aggregates"]
    assert HEARERS | {"notifications.messages", "booking.rights"} <= heard.keys()
    assert heard["notifications.people"] > 0, "the operator's own person was told of"


def test_an_operator_finds_what_failed_and_replaces_it_or_skips_it(
    platform: Platform, tmp_path: Path
) -> None:
    territory, site_id = new_territory(), new_id()
    asyncio.run(send_broken(platform, territory, str(site_id)))
    until(lambda: lanes(platform, territory).keys() >= HEARERS)
    found = lanes(platform, territory)
    assert maillage(platform, "lanes")[0] == 1
    booking, billing = (found[consumer]["name"] for consumer in ("booking.sites", "billing.places"))

    _, shown = maillage(platform, "lanes", "show", booking)
    assert [(each["version"], each["data"]) for each in shown["events"]] == [(1, '{"name": 7}')]

    right = tmp_path / "site.json"
    right.write_text(
        SiteOpened(
            site_id=site_id,
            name="L'Atelier",
            address="1 Rue du Pont",
            postcode="11000",
            town_code="11069",
            town_name="Carcassonne",
            zone="Europe/Paris",
        ).model_dump_json(),
        encoding="utf-8",
    )
    code, refused = maillage(platform, "lanes", "skip", billing, "--reason", " ")
    assert (code, refused["error"]["id"]) == (1, "reason-missing")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    code, refused = maillage(
        platform, "lanes", "replace", booking, str(wrong), "--reason", "a field was a number"
    )
    assert (code, refused["error"]["id"]) == (1, "invalid")
    unheard = f"booking.nobody/{territory}/{SITES.name}/{site_id}"
    code, refused = maillage(platform, "lanes", "replace", unheard, str(right), "--reason", "by hand")
    assert (code, refused["error"]["id"]) == (1, "not-found")
    assert lanes(platform, territory).keys() >= HEARERS

    for words in (("skip", billing), ("replace", booking, str(right))):
        code, done = maillage(platform, "lanes", *words, "--reason", "a faulty version said it")
        assert (code, done["version"]) == (0, 1)
    until(lambda: not HEARERS & lanes(platform, territory).keys())
    code, said = maillage(platform, "lanes", "retry", booking, "--reason", "once more")
    assert (code, said["error"]["id"]) == (1, "not-found")

    code, said = maillage(platform, "reconcile")
    assert code == 1, "no producer said that: watermarks are ahead of its counter"
    assert {each["consumer"] for each in said["consumers"] if each["ahead"]} >= HEARERS
