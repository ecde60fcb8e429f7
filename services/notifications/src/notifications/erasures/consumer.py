"""Hears that a person's key is destroyed."""

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import ERASURES, PersonErased
from notifications.erasures import handlers

erasures = Subscriber("notifications.erasures", topics=[ERASURES])


@erasures.on(PersonErased)
async def take_traces_away(tx: Tx, event: Event[PersonErased]) -> None:
    """Take the person's traces away, and give a receipt."""
    await handlers.take_traces_away(tx, event.data)
