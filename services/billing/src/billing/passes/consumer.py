"""Hears what becomes of the units of passes."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from billing.passes import handlers
from billing.passes.model import Kind, Move
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.booking import (
    CREDITS,
    CreditLotClosed,
    CreditLotExpired,
    CreditLotKept,
    CreditsRestored,
    CreditsSpent,
)
from contracts.envelope import Event

passes: Final = Subscriber("billing.passes", topics=[CREDITS])


@passes.on(CreditsSpent)
async def note_spent(tx: Tx, event: Event[CreditsSpent]) -> None:
    """Keep that a booking took units."""
    await _note(tx, event.data.lot_id, event.id, "spent", event.data.spent)


@passes.on(CreditsRestored)
async def note_restored(tx: Tx, event: Event[CreditsRestored]) -> None:
    """Keep that units came back."""
    await _note(tx, event.data.lot_id, event.id, "restored", event.data.restored)


@passes.on(CreditLotExpired)
async def note_expired(tx: Tx, event: Event[CreditLotExpired]) -> None:
    """Keep that units went at the end of their pass."""
    await _note(tx, event.data.lot_id, event.id, "expired", event.data.expired)


@passes.on(CreditLotClosed)
async def give_back_price(tx: Tx, event: Event[CreditLotClosed]) -> None:
    """Give back the price of a pass that nothing was spent of."""
    await _note(tx, event.data.lot_id, event.id, "closed", event.data.closed)
    await handlers.give_back(tx, event.data.lot_id, event.id)


@passes.on(CreditLotKept)
async def leave_sold(tx: Tx, event: Event[CreditLotKept]) -> None:
    """Leave a pass sold that is spent."""
    await handlers.keep(tx, event.data.lot_id)


async def _note(tx: Tx, sale_id: UUID, event_id: UUID, kind: Kind, units: Decimal) -> None:
    await handlers.note(tx, sale_id, Move(event_id, kind, units))
