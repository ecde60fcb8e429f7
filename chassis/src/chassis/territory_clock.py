"""Owns the offset of a sandbox territory's business clock: set at its opening, forward only from then on."""

from datetime import timedelta

from chassis.db import Tx
from chassis.errors import Refused
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import TERRITORIES, TerritoryClockMoved, TerritoryOpened


class ClockBackwards(Refused):
    """The territory's clock is already {ahead} ahead: {asked} would move it backwards."""

    fr = "L'horloge du territoire avance déjà de {ahead} : {asked} la ferait reculer."
    cure = ("Ask for an offset of at least {ahead}.", "Demandez une avance d'au moins {ahead}.")


async def ahead(tx: Tx) -> timedelta:
    """Return how far the business clock of the territory runs ahead: nothing, in a real territory."""
    found: timedelta | None = await tx.fetchval(_AHEAD, tx.territory_id)
    return found or timedelta()


async def set_ahead(tx: Tx, offset: timedelta) -> None:
    """Set how far the clock runs ahead; the same offset again changes nothing. Raises ClockBackwards.

    The first offset may be negative: a sandbox may open in the past. `tx.now` of this same transaction may
    have been read before: the move counts from the next one.
    """
    if await tx.fetchval(_SET, tx.territory_id, offset):
        return
    raise ClockBackwards(ahead=str(await ahead(tx)), asked=str(offset))


def follower(service: str) -> Subscriber:
    """Return the subscriber by which a service hears of the clocks that another one sets."""
    subscriber = Subscriber(f"{service}.clock", topics=[TERRITORIES])

    @subscriber.on(TerritoryOpened)
    async def open_sandbox(tx: Tx, event: Event[TerritoryOpened]) -> None:
        if event.data.sandbox:
            await set_ahead(tx, timedelta(seconds=event.data.offset_seconds))

    @subscriber.on(TerritoryClockMoved)
    async def move(tx: Tx, event: Event[TerritoryClockMoved]) -> None:
        await set_ahead(tx, timedelta(seconds=event.data.offset_seconds))

    return subscriber


_AHEAD = "SELECT ahead FROM territory_clock WHERE territory_id = $1"

_SET = """
INSERT INTO territory_clock AS c (territory_id, ahead) VALUES ($1, $2)
ON CONFLICT (territory_id) DO UPDATE SET ahead = excluded.ahead WHERE c.ahead <= excluded.ahead
RETURNING true
"""
