"""Forgets what is kept for a time only: answers of commands, once an hour."""

import asyncio
from contextlib import suppress

import structlog

from chassis import idempotency
from chassis.db import PLATFORM, Database
from chassis.faults import described

EVERY = 3_600.0  # seconds

log = structlog.get_logger(__name__)


async def keep_house(database: Database, stopping: asyncio.Event) -> None:
    """Work until told to stop; trouble with the database is left to the next hour."""
    while not stopping.is_set():
        try:
            await forget_answers(database)
        except Exception as error:  # noqa: BLE001 - the next hour does it
            log.warning("house not kept", error=described(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVERY)


async def forget_answers(database: Database) -> None:
    """Forget the old answers of every territory, page after page; needs the worker's role."""
    while True:
        async with database.tx(PLATFORM) as tx:
            if not await idempotency.purge(tx):
                return
