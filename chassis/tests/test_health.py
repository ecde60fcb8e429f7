"""Rules of health: what makes a process alive, what makes it ready, and how it says so."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from chassis import health as module
from chassis.db import Database
from chassis.health import Health, database_answers, migrations_current
from chassis.testing import ServiceDatabase


class Probed:
    """A check whose answer the test sets."""

    def __init__(self, answer: str | None = None) -> None:
        self.answer = answer
        self.asked = 0

    async def __call__(self) -> str | None:
        self.asked += 1
        return self.answer


@pytest.fixture
def always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is looked into anew."""
    monkeypatch.setattr(module, "_FRESH", -1.0)


def checks(body: dict[str, object]) -> dict[str, Any]:
    found = body["checks"]
    assert isinstance(found, dict)
    return found


async def test_a_process_is_ready_when_every_check_is_content() -> None:
    health = Health()
    health.needs_for_life("watchdog", Probed())
    health.needs_for_work("database", Probed())
    ready, body = await health.ready()
    assert ready
    assert body["ready"] is True
    assert set(checks(body)) == {"watchdog", "database", "draining"}
    assert set(checks(body)["database"]) == {"ok", "since"}


async def test_what_stops_work_does_not_end_life() -> None:
    health = Health()
    health.needs_for_life("watchdog", Probed())
    health.needs_for_work("database", Probed("no route"))
    ready, body = await health.ready()
    assert not ready
    assert checks(body)["database"]["detail"] == "no route"
    assert await health.live() == (True, {"live": True, "checks": {"watchdog": checks(body)["watchdog"]}})


async def test_what_ends_life_also_stops_work() -> None:
    health = Health()
    health.needs_for_life("watchdog", Probed("no progress"))
    assert (await health.live())[0] is False
    assert (await health.ready())[0] is False


async def test_a_process_that_leaves_is_alive_and_not_ready() -> None:
    health = Health()
    assert (await health.ready())[0]
    health.drain()
    ready, body = await health.ready()
    assert not ready
    assert checks(body)["draining"]["detail"] == "the process is leaving"
    assert (await health.live())[0]


async def test_a_check_that_raises_is_a_finding_without_the_text_of_the_exception() -> None:
    async def raises() -> None:
        raise ConnectionError("password hush")

    health = Health()
    health.needs_for_work("database", raises)
    ready, body = await health.ready()
    assert not ready
    assert checks(body)["database"]["detail"].startswith("ConnectionError at test_health.py:")


async def test_a_check_that_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(module, "_PATIENCE", 0.01)
    health = Health()
    health.needs_for_work("database", hangs)
    assert checks((await health.ready())[1])["database"]["detail"] == "no answer within 0.01 s"


async def test_since_is_when_the_finding_changed(always_fresh: None) -> None:
    probed, health = Probed(), Health()
    health.needs_for_work("database", probed)
    first = checks((await health.ready())[1])["database"]["since"]
    assert checks((await health.ready())[1])["database"]["since"] == first
    probed.answer = "away"
    assert dt.datetime.fromisoformat(checks((await health.ready())[1])["database"]["since"]) > (
        dt.datetime.fromisoformat(first)
    )


async def test_many_questions_at_once_look_only_once() -> None:
    probed, health = Probed(), Health()
    health.needs_for_work("database", probed)
    await asyncio.gather(*(health.ready() for _ in range(50)))
    assert probed.asked == 1


async def test_a_database_that_answers_is_told_from_one_that_is_closed(database: Database) -> None:
    check = database_answers(database)
    assert await check() is None
    await database.close()
    with pytest.raises(Exception, match="closed"):
        await check()


async def test_a_release_is_current_once_all_its_migrations_are_applied(
    own_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = migrations_current(own_database.worker_url)
    assert await check() is None

    async def one_more(*_: str) -> list[str]:
        return ["chassis/9999_expand_more"]

    monkeypatch.setattr(module, "pending", one_more)
    assert await check() is None
    assert await migrations_current(own_database.worker_url)() == "not applied: chassis/9999_expand_more"
