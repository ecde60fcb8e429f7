"""A whole platform as an operator meets it: up, look, kill, power cut, up again, another checkout, down."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from maillage import topics
from maillage.runtime.state import State

pytestmark = [pytest.mark.timeout(400)]
TOPIC = "booking.bookings.v1"


async def told(address: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, value, partition=0)
    finally:
        await producer.stop()


async def heard(address: str) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(TOPIC, 0)
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        values: list[bytes] = []
        while len(values) < end:
            values += [
                record.value or b"" for record in (await consumer.getmany(timeout_ms=500)).get(partition, [])
            ]
        return values
    finally:
        await consumer.stop()


def parts(platform: Any) -> dict[str, Any]:
    found: dict[str, Any] = platform("status", "--json").json["parts"]
    return found


@pytest.fixture(scope="module")
def up(platform: Any) -> Any:
    """The platform, with the service of the other checkout, started once for this file."""
    said = platform("up", "--detach", "--json", "--service", f"billing={platform.environment['CHECKOUT']}")
    assert said.code == 0, said.out + said.err
    assert said.json["ready"] is True
    return platform


def test_status_names_every_part_and_none_is_missing(up: Any) -> None:
    said = up("status", "--json")
    assert said.code == 0
    assert said.json["ready"] is True
    assert list(said.json["parts"]) == ["postgres", "kafka", "mail", "billing"]
    assert "The platform is ready." in up("status").out


def test_a_service_from_another_checkout_is_migrated_before_it_runs(up: Any) -> None:
    assert (up.data / "services" / "billing" / "migrated").exists()
    assert parts(up)["billing"]["ready"] is True


def test_topics_are_as_the_contracts_say_and_what_differs_is_reported(up: Any) -> None:
    address = f"127.0.0.1:{up.environment['MAILLAGE_KAFKA_PORT']}"
    wanted = topics.wanted()
    assert {"booking.bookings.v1", "billing.dead.v1"} <= {topic.name for topic in wanted}
    assert asyncio.run(topics.ensure(address, wanted)) == topics.Report([], [])
    bookings = next(topic for topic in wanted if topic.name == TOPIC)
    other = type(bookings)(TOPIC, bookings.key, partitions=5, compacted=True)
    unknown = type(bookings)("booking.nothings.v1", "nothing_id")
    drift = asyncio.run(topics.compare(address, [other, unknown])).drift
    assert sorted(re.sub(r"=\d+ instead of \d+", "=…", each) for each in drift) == [
        f"{TOPIC} has 12 partitions instead of 5",
        f"{TOPIC} has cleanup.policy=delete instead of compact",
        f"{TOPIC} has max.compaction.lag.ms=…",
        f"{TOPIC} has segment.ms=…",
        "booking.nothings.v1 is missing",
    ]


def test_a_second_up_says_that_the_platform_runs(up: Any) -> None:
    said = up("--lang", "fr", "up", "--detach")
    assert said.code == 4
    assert "MLG-E002  La plateforme tourne déjà depuis" in said.err
    assert up("status").code == 0


def test_every_mail_is_kept_whole_also_when_it_comes_twice(up: Any) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<facture-1@hub.example>"
    message["Subject"] = "Réservation confirmée"
    message.set_content("L’atelier vous attend.\n.\nÀ demain")
    with smtplib.SMTP("127.0.0.1", int(up.environment["MAILLAGE_SMTP_PORT"])) as server:
        for _ in range(2):
            server.send_message(message, "hub@hub.example", ["zoe@wildix.example"])
    kept = [path.read_bytes() for path in sorted((up.data / "mail").glob("*.eml"))]
    assert len(kept) == 2
    assert all(b"X-Rcpt-To: zoe@wildix.example" in one and b"<facture-1@hub.example>" in one for one in kept)


def test_the_doctor_finds_a_running_platform_sound(up: Any) -> None:
    said = up("doctor", "--json")
    levels = {check["id"]: check["level"] for check in said.json["checks"]}
    assert "failure" not in levels.values()
    assert levels["MLG-D005"] == levels["MLG-D011"] == "ok"
    assert said.code in (0, 1)


def test_a_killed_broker_comes_back_by_itself_with_everything_acknowledged(
    up: Any, eventually: Callable[..., bool]
) -> None:
    address = f"127.0.0.1:{up.environment['MAILLAGE_KAFKA_PORT']}"
    asyncio.run(told(address, b"before the kill"))
    restarts = parts(up)["kafka"]["restarts"]
    said = up("kill", "kafka", "--json")
    assert (said.code, said.json["killed"]) == (0, "kafka")
    seen: list[dict[str, str]] = []

    def back() -> bool:
        status = up("--lang", "en", "status", "--json")
        kafka = status.json["parts"]["kafka"]
        if kafka["trouble"]:
            seen.append(kafka["trouble"])
        return bool(kafka["restarts"] == restarts + 1 and status.code == 0)

    assert eventually(back, 100)
    assert seen[0]["id"] == "MLG-E023"
    assert seen[0]["text"].startswith("kafka died (signal 9); it is started again")
    assert b"before the kill" in asyncio.run(heard(address))


def test_killing_what_is_no_part_names_the_parts(up: Any) -> None:
    said = up("kill", "kakfa")
    assert said.code == 1
    assert "MLG-E004  There is no part named kakfa." in said.err
    assert "postgres, kafka, mail, billing" in said.err


def test_after_a_power_cut_of_the_supervisor_up_resumes(up: Any, eventually: Callable[..., bool]) -> None:
    address = f"127.0.0.1:{up.environment['MAILLAGE_KAFKA_PORT']}"
    asyncio.run(told(address, b"before the cut"))
    state = State.read(up.data)
    assert state is not None
    os.kill(state.pid, signal.SIGKILL)
    assert eventually(lambda: up("status").code == 3, 10)
    said = up("up", "--detach", "--json", "--service", f"billing={up.environment['CHECKOUT']}")
    assert said.code == 0, said.out + said.err
    assert b"before the cut" in asyncio.run(heard(address))
    assert parts(up)["billing"]["ready"] is True


def test_down_drains_the_services_and_leaves_nothing_running(up: Any) -> None:
    state = State.read(up.data)
    assert state is not None
    assert up("down", "--json").json == {"stopped": ["billing", "kafka", "mail", "postgres"]}
    assert (up.data / "services" / "billing" / "drained").exists()
    assert not any(part.alive() for part in state.parts.values())
    assert up("status", "--json").json["ready"] is False
    assert up("down").code == 3


def test_a_migration_that_fails_stops_the_start_with_its_reason(up: Any) -> None:
    up("down")
    refuse = up.data / "services" / "billing" / "refuse"
    refuse.touch()
    said = up("up", "--detach", "--service", f"billing={up.environment['CHECKOUT']}")
    refuse.unlink()
    assert said.code == 1
    assert (
        "MLG-E024  The schema of billing cannot be brought up to date: billing/0002_expand_nothing"
        in said.err
    )
    assert up("status").code == 3
