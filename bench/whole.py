"""Measures the whole platform: its start, its rest, a booking's way to a mailbox and to a partner: G12."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from http import HTTPStatus
from pathlib import Path
from time import monotonic, time_ns

import psutil
from figures import Figure, Reading, Say, percentile
from hub import BASE, Hub, open_hub
from programs import running
from shares import shares

# isort: split
from journey import Platform, until

GOALS = ("G12",)
SETTLE = 60.0  # seconds after a start that are no rest yet: Java still compiles what it ran
AT_REST = 10.0  # seconds of rest that are measured at least
AT_LEAST = 10  # bookings, however short the measurement
_MEMORY = Figure("G12", "whole platform at rest, memory (sum of PSS)", "MiB", at_most=1.2 * 1024)
_CPU = Figure("G12", "whole platform at rest, CPU", "% of a core", at_most=5)
_START = Figure("G12", "warm start of the whole platform", "s", at_most=15)
_SERVERS = ("kafka", "postgres")
_STEPS = ("its answer", "the mail's arrival", "the partner's copy")
_shares: dict[str, dict[str, float]] = {}  # of the last rest, by unit and part


async def measure(asked: Collection[str], seconds: float, say: Say) -> list[Reading]:
    """Return one run: the platform in a data folder of its own, at rest, then under one booking at a time."""
    if "G12" not in asked:
        return []
    say("G12 the whole platform: first start, one hub")
    with Platform.running() as platform:
        hub = await asyncio.to_thread(open_hub, platform)
        await _run(platform, "down")
        say("G12 warm start")
        begun = monotonic()
        await _run(platform, "up", "--detach")
        readings = [Reading(_START, monotonic() - begun)]
        say("G12 at rest")
        readings += await _at_rest(platform, seconds)
        say("G12 from a booking to the mail and the partner's copy")
        return readings + await _bookings(platform, hub, seconds)


async def profile(_missed: Collection[str], _seconds: float) -> Mapping[str, Mapping[str, float]]:
    """Return each part's share of what the last rest took: memory and processor."""
    return {f"G12 at rest, {what}: the parts": by_part for what, by_part in _shares.items()}


async def _run(platform: Platform, *words: str) -> None:
    await asyncio.to_thread(platform.run, *words)


async def _at_rest(platform: Platform, seconds: float) -> list[Reading]:
    """Return what its processes take while nobody asks for anything; the raw limit is its servers alone."""
    await asyncio.sleep(SETTLE)
    before, begun = _cpu_seconds(platform), monotonic()
    await asyncio.sleep(max(seconds, AT_REST))
    after, took = _cpu_seconds(platform), monotonic() - begun
    spent: defaultdict[str, float] = defaultdict(float)
    memory = spent.copy()
    for process, part in _processes(platform).items():
        spent[part] += 100 * (after.get(process, 0.0) - before.get(process, 0.0)) / took
        memory[part] += process.memory_full_info().pss / 2**20
    return [_reading(_MEMORY, memory), _reading(_CPU, spent)]


def _reading(figure: Figure, by_part: Mapping[str, float]) -> Reading:
    _shares[figure.unit] = shares(by_part)
    return Reading(figure, sum(by_part.values()), sum(by_part[part] for part in _SERVERS))


def _processes(platform: Platform) -> dict[psutil.Process, str]:
    """Return every process of the platform and the name of the part that it belongs to."""
    status = platform.run("status")
    found = {psutil.Process(status["pid"]): "supervisor"}
    for name, part in status["parts"].items():
        root = psutil.Process(part["pid"])
        found |= dict.fromkeys([root, *root.children(recursive=True)], name)
    return found


def _cpu_seconds(platform: Platform) -> dict[psutil.Process, float]:
    times = {process: process.cpu_times() for process in _processes(platform)}
    return {process: spent.user + spent.system for process, spent in times.items()}


async def _bookings(platform: Platform, hub: Hub, seconds: float) -> list[Reading]:
    """Book one room after another, each once the mail about the one before has come."""
    url = f"{platform.address('notifications')}{BASE}/events/stream?after=latest"
    async with running("feed", url, environment={"BENCH_TOKEN": hub.partner_key}) as feed:
        made = await asyncio.to_thread(_book, platform, hub, seconds)
        copies: dict[str, int] = await feed.result()
    assert made.keys() <= copies.keys(), (
        f"{len(made.keys() - copies.keys())} copies never came to the partner"
    )
    found = []
    ways = zip(*((*times, copies[booking]) for booking, times in made.items()), strict=True)
    sent, *steps = (list(each) for each in ways)
    for name, arrived in zip(_STEPS, steps, strict=True):
        took = [(end - start) / 1e6 for start, end in zip(sent, arrived, strict=True)]
        for word, share in (("p50", 0.5), ("p99", 0.99)):
            figure = Figure("G12", f"booking sent to {name}, {word}", "ms")
            found.append(Reading(figure, percentile(took, share)))
    return found


def _book(platform: Platform, hub: Hub, seconds: float) -> dict[str, tuple[int, int, int]]:
    """Return, by booking, when it was sent, when it was answered and when its mail arrived; not the first."""
    caught, made = platform.data / "mail", dict[str, tuple[int, int, int]]()
    end = monotonic() + seconds
    wanted = hub.bookings()
    next(wanted)  # was made when the hub opened
    while monotonic() < end or len(made) <= AT_LEAST:
        seen, body, sent = set(caught.glob("*.eml")), next(wanted), time_ns()
        response = hub.member.send("POST", "booking", f"{BASE}/bookings", body)
        answered = time_ns()
        assert response.status_code == HTTPStatus.CREATED, response.text
        [mail] = until(lambda seen=seen: set(caught.glob("*.eml")) - seen)  # type: ignore[misc]
        made[body["booking_id"]] = sent, answered, _arrival(mail)
    del made[next(iter(made))]
    return made


def _arrival(mail: Path) -> int:
    """Return when the mail sink took a message: it names its file so."""
    return int(mail.name.partition("-")[0])
