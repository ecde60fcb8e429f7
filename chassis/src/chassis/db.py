"""The only way to the database: one transaction, its territories set, its events written as it commits."""

import re
from asyncio import timeout as _timeout
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import asyncpg

from chassis import metrics
from chassis.bell import Bell
from chassis.errors import Fault
from chassis.ids import new_id
from chassis.outbox import LARGEST_EVENT, Answer, Cause, Connection, Emitted, EventTooLargeError, Key, flush
from contracts.envelope import Fact, Topic
from contracts.marks import unsealed_fields

PLATFORM = "000000000"

_SIREN = re.compile(r"[0-9]{9}")
_SETTINGS = {"plan_cache_mode": "force_generic_plan", "jit": "off", "timezone": "UTC"}
_COMMAND_TIMEOUT = 20.0  # seconds; longer work belongs to a worker, in pages


class ScopeError(Fault):
    """A transaction is asked for a territory that is not in its scope."""


class UnsealedError(Fault):
    """An event would carry a name or a contact in clear."""


class Tx:
    """One transaction over a set of territories; what it emits is recorded if and only if it commits."""

    def __init__(self, connection: Connection, territories: Sequence[str], cause: Cause) -> None:
        self.connection = connection
        self.territories = tuple(territories)
        self.cause = cause
        self.answer: Answer | None = None
        self.versions: dict[Key, int] = {}
        self.emitted: list[Emitted] = []
        self.bells: set[Bell] = set()  # rung once it has committed
        self._scope = territories[0] if len(territories) == 1 else None
        self._now: dict[str, datetime] = {}
        self._on_platform = False
        self.fetch = connection.fetch
        self.fetchrow = connection.fetchrow
        self.fetchval = connection.fetchval
        self.execute = connection.execute
        self.executemany = connection.executemany

    @property
    def territory_id(self) -> str:
        """The one territory in scope; raises ScopeError in a transaction of several."""
        if self._scope is None:
            raise ScopeError("this transaction is about several territories: none of them is «the» territory")
        return self._scope

    def emit(self, fact: Fact, *, site_id: str | None = None, territory_id: str | None = None) -> None:
        """Record an event of the territory in scope (or of another of this transaction) with this commit.

        Raises UnsealedError for a personal field in clear, EventTooLargeError over 64 KiB of data.
        """
        if bare := unsealed_fields(fact):
            raise UnsealedError(f"{fact.type} has {', '.join(bare)} in clear")
        data = fact.model_dump_json().encode()
        self.emit_raw(
            fact.topic,
            fact.aggregate_id,
            (fact.type, data, fact.data_class),
            site_id=site_id,
            territory_id=territory_id,
        )

    def emit_raw(
        self,
        topic: Topic,
        aggregate_id: str,
        content: tuple[str, bytes, str],
        *,
        site_id: str | None = None,
        territory_id: str | None = None,
    ) -> None:
        """Record an event given as (type, data, data class); raises EventTooLargeError over 64 KiB."""
        kind, data, data_class = content
        territory = territory_id or self.territory_id
        reachable = territory in self.territories or territory == self._scope
        if not reachable and not (territory == PLATFORM and self._on_platform):
            raise ScopeError(f"territory {territory} is outside this transaction")
        if len(data) > LARGEST_EVENT:
            raise EventTooLargeError(f"{kind} of {aggregate_id} has {len(data)} bytes, over {LARGEST_EVENT}")
        self.emitted.append(
            Emitted(territory, topic, aggregate_id, new_id(), kind, data, data_class, site_id, self.cause)
        )

    async def now(self) -> datetime:
        """Return the business time: the database clock, plus the offset of a sandbox territory.

        One value per transaction and territory, aware, in UTC.
        """
        territory = self.territory_id
        if territory not in self._now:
            self._now[territory] = await self.fetchval(_NOW, territory)
        return self._now[territory]

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undo only this block, its events included, when an expected violation is raised inside it."""
        async with self._savepoint("RELEASE attempt"):
            yield

    @asynccontextmanager
    async def checked_attempt(self) -> AsyncIterator[None]:
        """Do as `attempt`, and raise what deferred constraints would say of the block at commit.

        The check runs in an inner savepoint that is rolled back, because SET CONSTRAINTS would otherwise
        change the mode of every constraint for the rest of the transaction.
        """
        check = "SAVEPOINT checked; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO checked; RELEASE attempt"
        async with self._savepoint(check):
            yield

    @asynccontextmanager
    async def _savepoint(self, release: str) -> AsyncIterator[None]:
        kept = len(self.emitted)
        await self.execute("SAVEPOINT attempt")
        try:
            yield
            await self.execute(release)
        except Exception:  # an interruption must leave by the end of the transaction instead
            if not self.connection.is_closed():
                await self.execute("ROLLBACK TO attempt; RELEASE attempt")
            del self.emitted[kept:]
            raise

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[None]:
        """Bring the platform's own rows into scope for this block: persons, organisations, networks.

        Only the slices that own them may do so; an import rule of the project names them.
        """
        await self.execute(f"SET LOCAL app.territories = '{self.territory_id},{PLATFORM}'")
        self._on_platform = True
        try:
            yield
        finally:
            self._on_platform = False
            with suppress(asyncpg.InFailedSQLTransactionError):  # the savepoint or the end restores it
                await self.execute(f"SET LOCAL app.territories = '{self.territory_id}'")

    @asynccontextmanager
    async def beside(self, territory_id: str) -> AsyncIterator[None]:
        """Act in another territory for this block: by an agreement of both, or to erase a person there.

        Its rows alone are in scope. The slices that may do so are named by a test of the architecture.
        """
        here = self.territory_id
        if territory_id != PLATFORM and not _SIREN.fullmatch(territory_id):
            raise ScopeError(f"a territory has nine digits, not {territory_id}")
        await self.execute(f"SET LOCAL app.territories = '{territory_id}'")
        self._scope = territory_id
        try:
            yield
        finally:
            self._scope = here
            with suppress(asyncpg.InFailedSQLTransactionError):  # the savepoint or the end restores it
                await self.execute(f"SET LOCAL app.territories = '{here}'")

    async def narrow(self, territory_id: str) -> None:
        """Leave one territory of several in scope, until `widen`."""
        if territory_id not in self.territories:
            raise ScopeError(f"territory {territory_id} is outside this transaction")
        if len(self.territories) > 1:
            await self.execute(f"SET LOCAL app.territories = '{territory_id}'")
            self._scope = territory_id

    async def widen(self) -> None:
        """Bring all territories of the transaction back into scope."""
        if len(self.territories) > 1:
            await self.execute(f"SET LOCAL app.territories = '{','.join(self.territories)}'")
            self._scope = None

    async def commit(self) -> None:
        if others := {event.territory_id for event in self.emitted}.difference(self.territories):
            await self.execute(f"SET LOCAL app.territories = '{','.join((*self.territories, *others))}'")
        if self.emitted or self.answer:
            self.versions = await flush(self.connection, self.emitted, self.answer)
        await self.execute("COMMIT")


class Database:
    """A pool of connections to the database of one service."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self.committed: Callable[[], None] = _nothing  # told after each commit that holds events

    @classmethod
    async def connect(cls, url: str, *, role: str | None = None, size: int = 8) -> "Database":
        """Open the pool; with `role`, every connection acts as that role from its first statement."""
        settings = _SETTINGS | ({"role": role} if role else {})
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=5,
            command_timeout=_COMMAND_TIMEOUT,
            server_settings=settings,
            reset=_keep,
        )
        return cls(pool)

    @asynccontextmanager
    async def tx(self, *territories: str, cause: Cause | None = None) -> AsyncIterator[Tx]:
        """Open a transaction that sees just these territories; commit at the end, roll back on an exception.

        A connection that was interrupted in the middle of a statement is dropped, never used again.
        """
        if not territories or not all(_SIREN.fullmatch(territory) for territory in territories):
            raise ScopeError(f"a transaction is about territories of nine digits, not {territories}")
        connection = await self._pool.acquire()
        try:
            await connection.execute(f"BEGIN; SET LOCAL app.territories = '{','.join(territories)}'")
            tx = Tx(connection, territories, cause or Cause(correlation_id=new_id()))
            yield tx
            await tx.commit()
        except Exception:
            await _roll_back(connection)
            raise
        except BaseException:
            connection.terminate()
            raise
        finally:
            await self._pool.release(connection)
        for bell in tx.bells:
            bell.ring()
        if tx.versions:
            self.committed()
            for topic, count in Counter(event.topic.name for event in tx.emitted).items():
                metrics.EMITTED.labels(topic).inc(count)

    async def survey(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """Read the chassis's own tables across territories: only the worker role sees rows there."""
        rows: list[asyncpg.Record] = await self._pool.fetch(sql, *args)
        return rows

    async def close(self) -> None:
        """Close every connection, waiting for transactions in progress at most ten seconds."""
        with suppress(TimeoutError):
            async with _timeout(10):
                await self._pool.close()
                return
        self._pool.terminate()


async def _roll_back(connection: Connection) -> None:
    try:
        await connection.execute("ROLLBACK", timeout=5)
    except Exception:  # noqa: BLE001 - whatever the driver says, this connection is not used again
        connection.terminate()


async def _keep(connection: Any) -> None:
    """Spare the round trip that clears a connection: only SET LOCAL is ever used on it."""


def _nothing() -> None:
    """Take note of a commit where no relay runs in this process."""


_NOW = """
SELECT clock_timestamp() + coalesce((SELECT ahead FROM territory_clock WHERE territory_id = $1), '0')
"""
