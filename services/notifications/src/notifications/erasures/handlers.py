"""Answers an erasure: what was taken away and what is kept; nothing here ever holds one up."""

from chassis.clock import utc_now
from chassis.db import Tx
from chassis.erasure import erase
from contracts.membership import PersonErased
from contracts.notifications import NotificationTracesErased
from notifications.erasures import store


async def take_traces_away(tx: Tx, told: PersonErased) -> None:
    """Take away what was sealed, linked or written about the person, and tell it; again, nothing is left."""
    gone, kept = await erase(tx, told.person_id, told.territories, store.TRACES)
    tx.emit(NotificationTracesErased(erasure_id=told.erasure_id, answered_at=utc_now(), gone=gone, kept=kept))
