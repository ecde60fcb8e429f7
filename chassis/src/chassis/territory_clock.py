"""Owns the offset of a sandbox territory's business clock: forward only."""

from datetime import timedelta

from chassis.db import Tx
from chassis.errors import Refused


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

    `tx.now` of this same transaction may have been read before: the move counts from the next one.
    """
    if offset >= timedelta() and await tx.fetchval(_SET, tx.territory_id, offset):
        return
    raise ClockBackwards(ahead=str(await ahead(tx)), asked=str(offset))


_AHEAD = "SELECT ahead FROM territory_clock WHERE territory_id = $1"

_SET = """
INSERT INTO territory_clock AS c (territory_id, ahead) VALUES ($1, $2)
ON CONFLICT (territory_id) DO UPDATE SET ahead = excluded.ahead WHERE c.ahead <= excluded.ahead
RETURNING true
"""
