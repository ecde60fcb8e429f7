"""Asks for touches over HTTP as a careful client does: the same touch again until it is answered."""

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
from history import Command

from chassis.ids import new_id

_WAIT = 0.2  # seconds before an unanswered touch is asked for again
_ANSWER = 10.0  # seconds until a request counts as lost


@dataclass(slots=True)
class Load:
    """What clients asked for and what they were answered; `commands` is the log that the checker reads."""

    urls: Sequence[str]
    token: Callable[[], str]
    territories: Sequence[str]
    items: int
    seed: int = 0
    commands: list[Command] = field(default_factory=list)
    acknowledged: int = 0
    repeated: int = 0
    unwelcome: list[str] = field(default_factory=list)  # answers that no client should ever get
    _ending: bool = False
    _door: int = 0

    async def run(self, clients: int, pace: float) -> None:
        """Let so many clients touch items, each at most `pace` times a second, until `end`."""
        async with httpx.AsyncClient(timeout=_ANSWER, trust_env=False) as http:
            await asyncio.gather(*(self._client(http, number, pace) for number in range(clients)))

    async def touch(self, count: int) -> None:
        """Ask for so many touches, one after the other, and wait for each answer."""
        draw = random.Random(self.seed)  # noqa: S311 - repeats a run, guards no secret
        async with httpx.AsyncClient(timeout=_ANSWER, trust_env=False) as http:
            for _ in range(count):
                await self._ask(http, draw)

    def end(self) -> None:
        """Let every client finish the touch it waits for, then stop."""
        self._ending = True

    async def _client(self, http: httpx.AsyncClient, number: int, pace: float) -> None:
        draw = random.Random(f"{self.seed}/{number}")  # noqa: S311 - repeats a run, guards no secret
        while not self._ending:
            await self._ask(http, draw)
            await asyncio.sleep(draw.uniform(0, 2 / pace))

    def _next_door(self) -> str:
        """Return the address of the next copy of the api, so that a touch is asked for again elsewhere."""
        self._door = (self._door + 1) % len(self.urls)
        return self.urls[self._door]

    async def _ask(self, http: httpx.AsyncClient, draw: random.Random) -> None:
        territory = draw.choice(self.territories)
        item = f"item-{draw.randrange(self.items):04}"
        touch = str(new_id())
        place = len(self.commands)
        self.commands.append(Command(territory, item, touch, None))
        n = await self._answer(http, territory, {"touch_id": touch, "item_id": item})
        self.commands[place] = Command(territory, item, touch, n)
        self.acknowledged += n is not None

    async def _answer(self, http: httpx.AsyncClient, territory: str, body: dict[str, str]) -> int | None:
        """Return the number of the touch; None when the answer is one that nobody should get."""
        for attempt in itertools.count():
            try:
                answer = await http.post(
                    f"{self._next_door()}/v1/territories/{territory}/touches",
                    json=body,
                    headers={"Authorization": f"Bearer {self.token()}"},
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                self.repeated += attempt > 0
                n: int = answer.json()["n"]
                return n
            if answer is not None and answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                self.unwelcome.append(f"{answer.status_code} {answer.text[:300]}")
                return None
            await asyncio.sleep(_WAIT)
        return None
