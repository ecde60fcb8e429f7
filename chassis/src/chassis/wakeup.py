"""Wakes the relay of another process after commits: one NOTIFY for many, on a connection of its own.

A NOTIFY inside a business transaction would serialise all commits of the database on one lock.
"""

import asyncio
from contextlib import suppress
from typing import Protocol

import asyncpg
import structlog

from chassis.faults import described

CHANNEL = "outbox"
AT_MOST_EVERY = 0.005  # seconds

log = structlog.get_logger(__name__)


class Woken(Protocol):
    """A relay in this process, which may or may not be the one at work."""

    holds_lease: bool

    def wake(self) -> None: ...


class Notifier:
    """Tells the relay that events were committed: directly where it works here, else through the database."""

    def __init__(self, url: str, relay: Woken) -> None:
        self._url = url
        self._relay = relay
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    def commit(self) -> None:
        """Take note of a commit; called after each one, so it only starts a task when none is under way."""
        self._relay.wake()
        if self._relay.holds_lease:
            return
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._notify())

    async def _notify(self) -> None:
        while self._again:
            self._again = False
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(self._url, timeout=5, command_timeout=5)
                await self._connection.execute(f"NOTIFY {CHANNEL}")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.info("relay not notified: it polls", error=described(error))
                return
            await asyncio.sleep(AT_MOST_EVERY)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection:
            self._connection.terminate()
