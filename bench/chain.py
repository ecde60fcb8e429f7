"""Measures a chain of services: a command, A, Kafka, B, Kafka, C, at 100 commands a second: G9."""

import asyncio
from collections.abc import Collection, Mapping
from http import HTTPStatus
from time import monotonic_ns

import raw_chain
from client import Connection
from figures import Figure, Reading, Say, pace_reached, percentile
from programs import running
from shares import shares
from stage import Part, Rig, a_stage, armed, read_shares, ready
from timing import WARM_UP, keep_pace

from chassis.testing import eventually

RATE = 100
CONNECTIONS = 8
ITEMS = 500
GOALS = ("G9",)
_P50 = Figure("G9", "command sent to the third service, 100/s, p50", "ms", at_most=5)
_P99 = Figure("G9", "command sent to the third service, 100/s, p99", "ms", at_most=12)
_ANSWER = Figure("G9", "of which until the command's answer, p50", "ms")


async def measure(asked: Collection[str], seconds: float, say: Say) -> list[Reading]:
    """Return one run of the chain, beside bare transactions and sends over the same two hops."""
    if "G9" not in asked:
        return []
    say("G9 chain of three services")
    async with a_stage() as rig:
        reached, ours, answers = await _ours(rig, seconds, *_parts(rig))
    say("raw: the same hops by asyncpg and aiokafka alone")
    async with a_stage() as rig:
        alone = await raw_chain.hops(rig, RATE, seconds)
    return [
        Reading(_P50, percentile(ours, 0.5), percentile(alone, 0.5)),
        Reading(_P99, percentile(ours, 0.99), percentile(alone, 0.99)),
        Reading(_ANSWER, percentile(answers, 0.5)),
        pace_reached("G9", "commands", reached, RATE),
    ]


async def profile(_missed: Collection[str], seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return the shares of the steps in each of the two services."""
    async with a_stage() as rig:
        alpha, beta = _parts(rig)
        alpha = armed(rig, alpha, ["request", "relay"])
        beta = armed(rig, beta, ["consumer", "relay"])
        await _ours(rig, seconds, alpha, beta)
        found = {"G9: alpha": read_shares(rig, alpha), "G9: beta": read_shares(rig, beta)}
    return {
        name: shares({step: took for step, took in times.items() if step != "fetch"})
        for name, times in found.items()
    }


def _parts(rig: Rig) -> tuple[Part, Part]:
    return rig.part("alpha", "api", "relay"), rig.part("beta", "worker", "relay")


async def _ours(rig: Rig, seconds: float, alpha: Part, beta: Part) -> tuple[float, list[float], list[float]]:
    """Return the rate reached, and milliseconds from each command to the third service and to its answer."""
    await ready(rig, alpha, beta)
    token = rig.token()
    free = [await Connection.open(alpha.port, token) for _ in range(CONNECTIONS)]
    await free[0].touch(rig.territories[0], f"item-{ITEMS:04}")
    await eventually(lambda: _was_charged(rig), 60)
    sent, answered = dict[str, int](), dict[str, int]()

    async def touch_one(number: int) -> None:
        connection = free.pop()
        territory, item = rig.territories[number // ITEMS % len(rig.territories)], f"item-{number % ITEMS:04}"
        at = monotonic_ns()
        status, answer = await connection.touch(territory, item)
        assert status == HTTPStatus.CREATED, answer
        event = f"{territory}/{item}@{answer['n']}"  # beta tells one charge for each touch
        sent[event], answered[event] = at, monotonic_ns()
        free.append(connection)

    async with running("listener", rig.broker, rig.charges) as listener:
        reached = await keep_pace(touch_one, RATE, seconds + WARM_UP, CONNECTIONS)
        await asyncio.to_thread(alpha.end)
        await eventually(lambda: _is_through(rig), 60)
        arrived = await listener.result()
    for connection in free:
        connection.close()
    await rig.end()
    assert sent.keys() <= arrived.keys(), f"{len(sent.keys() - arrived.keys())} commands had no effect"
    first = min(sent.values()) + WARM_UP * 1e9
    measured = [event for event, at in sent.items() if at >= first]
    return (
        reached,
        [(arrived[event] - sent[event]) / 1e6 for event in measured],
        [(answered[event] - sent[event]) / 1e6 for event in measured],
    )


async def _was_charged(rig: Rig) -> bool:
    return bool(await rig.value("beta", "SELECT count(*) FROM event_log"))


async def _is_through(rig: Rig) -> bool:
    """Say whether beta has told a charge for every touch, and its relay has sent it."""
    touches = await rig.value("alpha", "SELECT count(*) FROM event_log")
    charges = await rig.value("beta", "SELECT count(*) FROM event_log")
    waiting = await rig.value("beta", "SELECT count(*) FROM outbox")
    return bool(charges == touches and waiting == 0)
