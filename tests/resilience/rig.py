"""Builds a small platform for a test: databases and topics of its own, the processes of alpha and beta."""

import asyncio
import json
import os
import secrets
import string
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from collect import collect
from history import Command, History
from joserfc.jwk import ECKey
from load import Load
from parts import TINY, Part

from chassis.dead import dead_topic
from chassis.decisions import Grant, Principal
from chassis.ids import new_id
from chassis.testing import ServiceDatabase, clone_database, eventually, new_territory
from chassis.tokens import Signer
from contracts.envelope import Topic
from contracts.values import PLATFORM
from maillage import topics
from maillage.runtime.ports import free_port

SERVICES = ("alpha", "beta")
ISSUER = "http://127.0.0.1:9"  # nobody listens there: the services trust the keys that their database keeps

if str(TINY) not in sys.path:  # outside pytest, which has it there
    sys.path.append(str(TINY))


@dataclass(slots=True)
class Rig:
    """Alpha and beta, on one PostgreSQL and one broker, apart from every other rig there."""

    folder: Path
    broker: str
    """Where the test itself reaches the broker."""
    bootstrap: str
    """Where the services reach it: perhaps through a proxy."""
    databases: Mapping[str, ServiceDatabase]
    run: str
    territories: tuple[str, ...]
    parts: dict[str, Part] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    _signer: Signer = field(default_factory=lambda: Signer(ISSUER, ECKey.generate_key("P-256")))

    @property
    def items(self) -> str:
        """Name of the topic that alpha tells its items' touches on."""
        return f"alpha.items-{self.run}.v1"

    @property
    def charges(self) -> str:
        """Name of the topic that beta tells its charges on."""
        return f"beta.charges-{self.run}.v1"

    @property
    def hears(self) -> dict[str, str]:
        """The consumers, each with its topic."""
        return {
            f"beta.charges-{self.run}": self.items,
            f"beta.rights-{self.run}": self.items,
            f"alpha.receipts-{self.run}": self.charges,
        }

    def part(self, service: str, *roles: str, copy: str = "0", name: str = "") -> Part:
        """Add a process of a service, not started yet; without roles it has all of them."""
        name = name or "-".join((service, *roles, copy))
        database = self.databases[service]
        data = self.folder / service
        for made in (data, self.folder / "secrets"):
            made.mkdir(parents=True, exist_ok=True)
        environment = {
            "MAILLAGE_DATABASE_URL": database.worker_url,
            "MAILLAGE_MIGRATOR_URL": database.migrator_url,
            "MAILLAGE_KAFKA": self.bootstrap,
            "MAILLAGE_PORT": str(free_port()),
            "MAILLAGE_ISSUER": ISSUER,
            "MAILLAGE_PUBLIC_URL": ISSUER,
            "MAILLAGE_DATA_DIR": str(data),
            "MAILLAGE_SECRETS_DIR": str(self.folder / "secrets"),
            "MAILLAGE_COPY": copy,
            "OTEL_TRACES_SAMPLER_ARG": "0",
            "TINY_RUN": self.run,
        }
        self.parts[name] = Part(name, service, roles, environment, self.folder / f"{name}.log")
        return self.parts[name]

    def start(self, *parts: Part) -> None:
        for part in parts or tuple(self.parts.values()):
            part.start()

    def load(self, *apis: Part, items: int = 40, seed: int = 0) -> Load:
        """Prepare clients of these copies of the api; what they ask for counts in the rig's history."""
        tokens: list[tuple[float, str]] = []

        def token() -> str:
            now = asyncio.get_running_loop().time()
            if not tokens or now - tokens[-1][0] > 240:
                tokens.append((now, self.token()))
            return tokens[-1][1]

        urls = [f"http://127.0.0.1:{api.port}" for api in apis]
        load = Load(urls, token, self.territories, items, seed)
        self.loads.append(load)
        return load

    def token(self) -> str:
        """Sign a token of someone who may touch items in every territory of the rig."""
        grants = tuple(Grant(territory, "member") for territory in self.territories)
        return self._signer.sign(Principal(new_id(), grants))

    def poison(self, *, on: bool) -> None:
        """Let beta fail on every fiftieth item, or no longer."""
        flag = self.folder / "beta" / "poison"
        flag.parent.mkdir(parents=True, exist_ok=True)
        if on:
            flag.touch()
        else:
            flag.unlink(missing_ok=True)

    @property
    def commands(self) -> list[Command]:
        return [command for load in self.loads for command in load.commands]

    async def fetch(self, service: str, query: str, *arguments: object) -> list[Any]:
        """Ask the service's database, past row security."""
        connection = await asyncpg.connect(self.databases[service].admin_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def value(self, service: str, query: str, *arguments: object) -> Any:
        return (await self.fetch(service, query, *arguments))[0][0]

    async def is_quiet(self) -> bool:
        """Say whether every event was sent, and every consumer has acted on all it should hear."""
        # First what was reached: read last, it could catch up with counts that have grown meanwhile.
        reached = {row[0]: row[1] for service in SERVICES for row in await self.fetch(service, _REACHED)}
        logged: dict[str, int] = {}
        waiting = 0
        for service in SERVICES:
            waiting += await self.value(service, _WAITING)
            logged |= {row[0]: row[1] for row in await self.fetch(service, _EVENTS)}
        caught_up = all(reached.get(name, 0) == logged.get(topic, 0) for name, topic in self.hears.items())
        return waiting == 0 and caught_up

    async def settle(self, seconds: float = 60) -> None:
        """Wait until nothing is left to do; an AssertionError shows where things stand."""
        try:
            await eventually(lambda: self.is_quiet(), seconds)  # noqa: PLW0108 - mypy cannot infer it otherwise
        except AssertionError as error:
            raise AssertionError(f"{error}\n{await self.state()}") from None

    async def state(self) -> str:
        """Describe what waits, and the last words of every process."""
        waits = {service: await self.fetch(service, _STATE) for service in SERVICES}
        said = [
            f"--- {part.name} (running: {part.is_running})\n{part.said()}" for part in self.parts.values()
        ]
        return "\n".join((str(waits), *said))

    async def history(self) -> History:
        """Collect all that was asked, recorded, sent and done."""
        urls = {service: database.admin_url for service, database in self.databases.items()}
        return await collect(urls, self.broker, self.hears, self.commands)

    async def end(self) -> None:
        """Ask every process to end in good order, at once."""
        running = [part for part in self.parts.values() if part.is_running]
        for part in running:
            part.cont()
            part.tell_to_end()
        await asyncio.gather(*(asyncio.to_thread(part.end) for part in running))

    def abandon(self) -> None:
        """Kill what still runs."""
        for part in self.parts.values():
            part.kill()


@asynccontextmanager
async def a_rig(folder: Path, *, bootstrap: str | None = None, territories: int = 3) -> AsyncIterator[Rig]:
    """Build a rig on the test servers that the environment names, and take it down at the end."""
    broker = os.environ["MAILLAGE_TEST_KAFKA"]
    run = "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))
    databases = {}
    for service in SERVICES:
        databases[service] = await asyncio.to_thread(
            clone_database, os.environ["MAILLAGE_TEST_POSTGRES"], service, (service,)
        )
    sirens = tuple(new_territory() for _ in range(territories))
    rig = Rig(folder, broker, bootstrap or broker, databases, run, sirens)
    try:
        await _make_ready(rig)
        await topics.ensure(broker, _topics(rig))
        yield rig
    finally:
        rig.abandon()
        await _drop(databases.values())


def _topics(rig: Rig) -> Iterable[Topic]:
    yield Topic(rig.items, key="item_id", partitions=12)
    yield Topic(rig.charges, key="item_id", partitions=3)
    yield from map(dead_topic, SERVICES)


async def _make_ready(rig: Rig) -> None:
    keys = json.dumps(rig._signer.jwks())  # noqa: SLF001 - a function of this module
    for service, database in rig.databases.items():
        # test servers trade this for speed, but here servers are killed
        await rig.fetch(service, f'ALTER DATABASE "{database.name}" SET synchronous_commit = on')
        await rig.fetch(service, "INSERT INTO jwks VALUES ($1, $2, $3)", PLATFORM, ISSUER, keys)


async def _drop(databases: Iterable[ServiceDatabase]) -> None:
    connection = await asyncpg.connect(os.environ["MAILLAGE_TEST_POSTGRES"])
    try:
        for database in databases:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')
    finally:
        await connection.close()


_WAITING = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM lane)"
_EVENTS = "SELECT topic, count(*) FROM event_log GROUP BY topic"
_REACHED = "SELECT consumer, sum(version)::bigint FROM watermark GROUP BY consumer"
_STATE = """
SELECT 'outbox ' || topic AS what, count(*) AS rows FROM outbox GROUP BY topic
UNION ALL SELECT 'log ' || topic, count(*) FROM event_log GROUP BY topic
UNION ALL SELECT 'watermark ' || consumer, sum(version) FROM watermark GROUP BY consumer
UNION ALL SELECT concat_ws(' ', 'lane', consumer, state, error), count(*) FROM lane GROUP BY 1
"""
