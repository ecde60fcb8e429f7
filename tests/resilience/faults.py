"""Does harm on a schedule: kills, restarts, freezes, loses answers, poisons; and counts what it did."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from broker_proxy import BrokerProxy
from parts import Part
from rig import Rig
from servers import Server, tell

from chassis.testing import eventually

KILLS = {
    "kill -9 alpha api": "alpha-api",
    "kill -9 alpha worker": "alpha-worker",
    "kill -9 alpha relay": "alpha-relay",
    "kill -9 beta worker": "beta-worker",
    "kill -9 beta relay": "beta-relay",
}
BROKER, DATABASE = "broker restart", "database restart"
FREEZE, LOST_ANSWER, POISON = "SIGSTOP", "lost acknowledgement", "poison"
KINDS = (*KILLS, BROKER, DATABASE, FREEZE, LOST_ANSWER, POISON)

FROZEN = 13.0  # seconds: longer than the relay's lease and than the consumers' session
POISONED = 6.0  # seconds
LOST_AT_ONCE = 2

GARBAGE: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
    (None, b"\xff\xfe not json", []),
    (b"junk", b'{"x": 1}', [("ce_id", b"short")]),
    (b"200035715/item-0001", None, [("ce_type", b"x"), ("ce_sequence", b"NaN"), ("ce_territoryid", b"1")]),
    (b"200035715/item-0001", b"\0" * 60_000, []),
]


@dataclass(slots=True)
class Faults:
    """The harm done to one rig."""

    rig: Rig
    proxy: BrokerProxy
    draw: random.Random
    say: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    rescued: Counter[str] = field(default_factory=Counter)
    """Parts that ended by themselves and were started again, as a supervisor would."""
    _wanted_down: set[str] = field(default_factory=set)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def strike(self, rounds: int, seconds: float) -> None:
        """Spread so many rounds, each of every kind in another order, over the time."""
        pause = seconds / (rounds * len(KINDS))
        for _ in range(rounds):
            for kind in self.draw.sample(KINDS, len(KINDS)):
                await asyncio.sleep(pause * self.draw.uniform(0.6, 1.4))
                self._begin(self._one(kind))
        await asyncio.gather(*self._under_way)

    async def supervise(self) -> None:
        """Start again, for ever, what ended by itself."""
        while True:
            await asyncio.sleep(0.5)
            for part in self.rig.parts.values():
                if not part.is_running and part.name not in self._wanted_down:
                    self.rescued[part.name] += 1
                    part.start()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)

    async def _one(self, kind: str) -> None:
        harms: dict[str, Callable[[], Awaitable[None]]] = {
            BROKER: lambda: self._restart(BROKER, "kafka"),
            DATABASE: lambda: self._restart(DATABASE, "postgres"),
            FREEZE: self._freeze,
            LOST_ANSWER: self._lose_answers,
            POISON: self._poison,
        }
        if kind in harms:
            await harms[kind]()
        else:
            await self._kill(kind)

    async def _kill(self, kind: str) -> None:
        # the only part of its kind may be down for a moment, by another fault
        part = self.draw.choice(await eventually(lambda: self._running(KILLS[kind]), 60))
        self._wanted_down.add(part.name)
        await asyncio.to_thread(part.kill)
        self._did(kind, part.name)
        await asyncio.sleep(self.draw.choice((0, 0.5, 2)))
        part.start()
        self._wanted_down.discard(part.name)

    def _running(self, prefix: str = "") -> list[Part]:
        parts = self.rig.parts.values()
        return [part for part in parts if part.is_running and part.name.startswith(prefix)]

    async def _restart(self, kind: str, server: Server) -> None:
        verb = self.draw.choice(("kill", "restart"))
        await tell("kill" if verb == "kill" else "restart", server)
        self._did(kind, verb)

    async def _freeze(self) -> None:
        awake = await eventually(lambda: [part for part in self._running() if not part.stopped], 60)
        part = self.draw.choice(awake)
        part.stop()
        self._did(FREEZE, part.name)
        await asyncio.sleep(FROZEN)
        part.cont()

    async def _lose_answers(self) -> None:
        before = self.proxy.answers_lost
        self.proxy.answers_to_lose += LOST_AT_ONCE
        await eventually(lambda: self.proxy.answers_lost > before, 60)
        self._did(LOST_ANSWER, f"{self.proxy.answers_lost} in all")

    async def _poison(self) -> None:
        """Let some items fail for a while, and put records that are no events among the others."""
        self.rig.poison(on=True)
        await asyncio.gather(self._send_garbage(), asyncio.sleep(POISONED))
        lanes = await self._lanes()
        self.rig.poison(on=False)
        self._did(POISON, f"{lanes} items wait")

    async def _lanes(self) -> int:
        """Count the items that wait in beta, once there are some: a poison that nobody met is none."""
        while True:
            with suppress(OSError, asyncpg.PostgresError):
                if lanes := await self.rig.value("beta", "SELECT count(*) FROM lane"):
                    return int(lanes)
            await asyncio.sleep(0.2)

    async def _send_garbage(self) -> None:
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(POISONED):
                await send_garbage(self.rig.broker, self.rig.items)

    def _did(self, kind: str, detail: str) -> None:
        self.done[kind] += 1
        self.say(f"{kind} ({detail})")


async def send_garbage(broker: str, topic: str) -> None:
    """Put records on the topic that are no events."""
    producer = AIOKafkaProducer(bootstrap_servers=broker, request_timeout_ms=5_000)
    try:
        await producer.start()
        for key, value, headers in GARBAGE:
            await producer.send_and_wait(topic, value, key=key, headers=headers)
    finally:
        await producer.stop()
