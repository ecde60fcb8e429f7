"""Hears of passes that are sold and balances that are brought over, and of those that are taken back."""

from typing import Final

from booking.credits import handlers, model
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.billing import PASSES, PassCancellationAsked, PassSold
from contracts.envelope import Event
from contracts.membership import BALANCES, BalanceBroughtIn, BalanceTakenBack

credits_heard: Final = Subscriber("booking.credits", topics=[PASSES, BALANCES])


@credits_heard.on(PassSold)
async def open_sold(tx: Tx, event: Event[PassSold]) -> None:
    """Open the lot of a pass that was sold."""
    await handlers.open_lot(tx, model.of_pass(event.data, await tx.now()))


@credits_heard.on(PassCancellationAsked)
async def close_unspent(tx: Tx, event: Event[PassCancellationAsked]) -> None:
    """Close the lot of a pass, or say that some of it is spent."""
    await handlers.take_back(tx, event.data.sale_id)


@credits_heard.on(BalanceBroughtIn)
async def open_brought(tx: Tx, event: Event[BalanceBroughtIn]) -> None:
    """Open the lot of a balance in units; what is left in money is no matter of bookings."""
    if lot := model.of_balance(event.data, await tx.now()):
        await handlers.open_lot(tx, lot)


@credits_heard.on(BalanceTakenBack)
async def close_brought(tx: Tx, event: Event[BalanceTakenBack]) -> None:
    """Close the lot of a balance; heard before the balance, it leaves nothing to be opened."""
    if lot := model.of_balance(event.data, await tx.now()):
        await handlers.open_lot(tx, lot)
        await handlers.close_rest(tx, lot.lot_id)
