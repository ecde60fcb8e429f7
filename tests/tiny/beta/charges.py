"""Charges each touch, one event at a time."""

import tinyjournal
from tinyfacts import ALPHA_ITEMS, ItemCharged, ItemTouched, in_this_run

from beta.poison import refuse_poisoned
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event

charges = Subscriber(in_this_run("beta.charges"), topics=[ALPHA_ITEMS])


@charges.on(ItemTouched)
async def charge(tx: Tx, event: Event[ItemTouched]) -> None:
    """Add one to the item's total, and say so; the poison comes last, when there is most to undo."""
    await tinyjournal.note(tx, charges.name, [event])
    n: int = await tx.fetchval(_ADD, tx.territory_id, event.data.item_id)
    tx.emit(ItemCharged(item_id=event.data.item_id, n=n))
    refuse_poisoned(event.data.item_id)


_ADD = """
INSERT INTO totals AS t (territory_id, item_id, n) VALUES ($1, $2, 1)
ON CONFLICT (territory_id, item_id) DO UPDATE SET n = t.n + 1 RETURNING n
"""
