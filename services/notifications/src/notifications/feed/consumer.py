"""Hears everything that partners could be given, and feeds it, a batch at once."""

from collections.abc import Sequence
from typing import Any, Final

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event
from contracts.membership import TERRITORIES, TerritoryOpened
from contracts.registry import topics
from notifications.feed import handlers
from notifications.partners.model import OFFERED

_TOPICS: Final = {fact.topic for fact in OFFERED.values()}

feed: Final = Subscriber("notifications.feed", topics=[topic for topic in topics() if topic in _TOPICS])
retention: Final = Subscriber("notifications.retention", topics=[TERRITORIES])


@feed.together(*OFFERED.values())
async def append(tx: Tx, events: Sequence[Event[Any]]) -> None:
    """Append the events of a batch to the feeds of their territories."""
    await handlers.append(tx, events)


@retention.on(TerritoryOpened)
async def begin_purging(tx: Tx, _event: Event[TerritoryOpened]) -> None:
    """Forget old events of the territory from now on."""
    await handlers.begin_purging(tx)
