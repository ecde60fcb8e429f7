"""Hears that a person is to be erased, and that the key is destroyed."""

from billing.erasures import handlers
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import ERASURES, ErasureRequested, PersonErased

erasures = Subscriber("billing.erasures", topics=[ERASURES])


@erasures.on(ErasureRequested)
async def check(tx: Tx, event: Event[ErasureRequested]) -> None:
    """Say what holds the erasure up here."""
    await handlers.check(tx, event.data)


@erasures.on(PersonErased)
async def take_traces_away(tx: Tx, event: Event[PersonErased]) -> None:
    """Take the person's traces away, and give a receipt."""
    await handlers.take_traces_away(tx, event.data)
