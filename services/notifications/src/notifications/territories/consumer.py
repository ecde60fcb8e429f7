"""Keeps what membership tells of territories."""

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import TERRITORIES, TerritoryOpened
from notifications.territories import store

territories = Subscriber("notifications.territories", topics=[TERRITORIES])


@territories.on(TerritoryOpened)
async def keep_opened(tx: Tx, event: Event[TerritoryOpened]) -> None:
    """Keep the name and zone of a territory."""
    await store.keep(tx, event.data.name, event.data.zone)
