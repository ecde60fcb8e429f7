"""Measures commands over HTTP, token, idempotency and outbox included: G8."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import raw_commands
from figures import Figure, Reading, Say, percentile
from programs import running
from shares import shares
from stage import Part, Rig, a_stage, armed, read_shares, ready

CONNECTIONS = 8
GOALS = ("G8",)
_APART = Figure(
    "G8", f"command over HTTP, {CONNECTIONS} connections, relay apart", "commands/s", ratio_at_least=0.55
)
_BESIDE = Figure(
    "G8", f"command over HTTP, {CONNECTIONS} connections, relay in process", "commands/s", ratio_at_least=0.45
)
_P99 = Figure("G8", "command over HTTP, relay in process, p99", "ms")
_ERRORS = Figure("G8", "answers other than 201", "answers", at_most=0, hard=True)


async def measure(asked: Collection[str], seconds: float, say: Say) -> list[Reading]:
    """Return one run: the service whole, its relay apart, and the same statements by asyncpg alone."""
    if "G8" not in asked:
        return []
    say("G8 command over HTTP, relay in process")
    beside = await _ours(seconds, apart=False)
    say("G8 command over HTTP, relay apart")
    apart = await _ours(seconds, apart=True)
    say("raw: the same statements by asyncpg alone")
    async with a_stage() as rig:
        alone = await raw_commands.touches_alone(rig, seconds, CONNECTIONS)
    for said in filter(None, (beside["said"], apart["said"])):
        say(f"G8: {said}")
    return [
        Reading(_APART, apart["rate"], alone),
        Reading(_BESIDE, beside["rate"], alone),
        Reading(_P99, percentile(beside["milliseconds"], 0.99)),
        Reading(_ERRORS, beside["errors"] + apart["errors"]),
    ]


async def profile(_missed: Collection[str], seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return the shares of a request's steps, its waits for the loop and for the database included."""
    async with a_stage() as rig:
        api, relay = armed(rig, rig.part("alpha", "api"), ["request"]), rig.part("alpha", "relay")
        await _load(rig, seconds, api, relay)
        return {"G8: a request, relay apart": shares(read_shares(rig, api))}


async def _ours(seconds: float, *, apart: bool) -> dict[str, Any]:
    async with a_stage() as rig:
        if apart:
            return await _load(rig, seconds, rig.part("alpha", "api"), rig.part("alpha", "relay"))
        return await _load(rig, seconds, rig.part("alpha", "api", "relay"))


async def _load(rig: Rig, seconds: float, api: Part, *others: Part) -> dict[str, Any]:
    """Load the service, wait until its events are out, and end it; return the load's own account."""
    await ready(rig, api, *others)
    environment = {"BENCH_TOKEN": rig.token()}
    words = (api.port, seconds, CONNECTIONS, *rig.territories)
    async with running("client", *words, environment=environment) as client:
        result: dict[str, Any] = await client.result(hasten=False)
    await asyncio.to_thread(api.end)
    await rig.end()
    left = await rig.value("alpha", "SELECT count(*) FROM outbox")
    assert left == 0, f"{left} events were left in the outbox"
    return result
