"""Answers an erasure: what holds it up, then what was taken away and what is kept."""

from booking.erasures import store
from chassis.clock import utc_now
from chassis.db import Tx
from chassis.erasure import erase, held_up_by
from contracts.booking import BookingErasureChecked, BookingTracesErased
from contracts.membership import ErasureRequested, PersonErased


async def check(tx: Tx, asked: ErasureRequested) -> None:
    """Tell what has to end before the person can be erased."""
    holds = await held_up_by(tx, asked.person_id, asked.territories, store.RUNNING)
    if asked.inactive_since:
        holds += await held_up_by(tx, asked.person_id, asked.territories, store.LATELY, asked.inactive_since)
    tx.emit(BookingErasureChecked(erasure_id=asked.erasure_id, answered_at=utc_now(), holds=holds))


async def take_traces_away(tx: Tx, told: PersonErased) -> None:
    """Take away what was sealed, linked or written about the person, and tell it; again, nothing is left."""
    territories = await store.reached(tx, told.person_id, told.territories)
    gone, kept = await erase(tx, told.person_id, territories, store.TRACES)
    tx.emit(BookingTracesErased(erasure_id=told.erasure_id, answered_at=utc_now(), gone=gone, kept=kept))
