"""Hears what the other services answer to an erasure."""

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.billing import BILLING_ERASURES, BillingErasureChecked, BillingTracesErased
from contracts.booking import BOOKING_ERASURES, BookingErasureChecked, BookingTracesErased
from contracts.envelope import Event
from contracts.notifications import NOTIFICATIONS_ERASURES, NotificationTracesErased
from membership.erasures import handlers

erasures = Subscriber(
    "membership.erasures", topics=[BOOKING_ERASURES, BILLING_ERASURES, NOTIFICATIONS_ERASURES]
)


@erasures.on(BookingErasureChecked)
async def booking_checked(tx: Tx, event: Event[BookingErasureChecked]) -> None:
    """Take what booking says of an erasure."""
    await handlers.take_check(tx, "booking", event.data)


@erasures.on(BillingErasureChecked)
async def billing_checked(tx: Tx, event: Event[BillingErasureChecked]) -> None:
    """Take what billing says of an erasure."""
    await handlers.take_check(tx, "billing", event.data)


@erasures.on(BookingTracesErased)
async def booking_erased(tx: Tx, event: Event[BookingTracesErased]) -> None:
    """Take booking's receipt."""
    await handlers.take_receipt(tx, "booking", event.data)


@erasures.on(BillingTracesErased)
async def billing_erased(tx: Tx, event: Event[BillingTracesErased]) -> None:
    """Take billing's receipt."""
    await handlers.take_receipt(tx, "billing", event.data)


@erasures.on(NotificationTracesErased)
async def notifications_erased(tx: Tx, event: Event[NotificationTracesErased]) -> None:
    """Take notifications' receipt."""
    await handlers.take_receipt(tx, "notifications", event.data)
