"""Hears in alpha that touches were charged: the end of the chain alpha, beta, alpha."""

import tinyjournal
from tinyfacts import BETA_CHARGES, ItemCharged, in_this_run

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event

receipts = Subscriber(in_this_run("alpha.receipts"), topics=[BETA_CHARGES])


@receipts.on(ItemCharged)
async def file_receipt(tx: Tx, event: Event[ItemCharged]) -> None:
    """Keep that the charge was heard of."""
    await tinyjournal.note(tx, receipts.name, [event])
