"""Hears of uses of machines that ended, and charges what they took, once."""

from billing.charges.handlers import record
from billing.machines.model import usages
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.booking import USAGES, UsageStopped
from contracts.envelope import Event

machines = Subscriber("billing.machines", topics=[USAGES])


@machines.on(UsageStopped)
async def charge_usage(tx: Tx, event: Event[UsageStopped]) -> None:
    """Charge the minutes and the materials, each at the price in force on the day the use began."""
    for usage in usages(event.id, event.data):
        await record(tx, usage)
