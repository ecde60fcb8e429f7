"""Says what giving a booking up would cost now and later, and lets somebody off."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.admission.handlers import rules_of
from booking.bookings import store as bookings
from booking.bookings.handlers import BookingView, known_booking, said, view
from booking.credits.handlers import give_back
from booking.fees.model import Step, check_waivable, steps
from booking.sites.handlers import known_site
from chassis.db import Tx
from contracts.booking import FeeWaived


class WaiveFee(BaseModel):
    """Let somebody off what stays due of a booking, for a reason that stays readable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class FeeView(BaseModel):
    """What giving a booking up costs its member: now, and from which instant on how much."""

    due_percent: int
    steps: tuple[Step, ...]


async def cancellation_fee(tx: Tx, booking_id: UUID) -> FeeView | None:
    """Return what giving up costs; a hold or a request costs nothing."""
    found = await bookings.booking(tx, booking_id)
    if found is None:
        return None
    rules = await rules_of(tx, await known_site(tx, found.site_id), found.ruling)
    if found.state != "confirmed":
        return FeeView(due_percent=0, steps=())
    now = await tx.now()
    return FeeView(due_percent=rules.due_percent(found.start - now), steps=steps(rules, found.start))


async def waive_fee(tx: Tx, booking_id: UUID, command: WaiveFee) -> BookingView:
    """Let somebody off. Raises NothingToWaive."""
    found = await known_booking(tx, booking_id)
    check_waivable(found)
    waived = replace(found, fee_waived=True)
    await bookings.save(tx, waived)
    if waived.grant.paid_by == "credits":
        await give_back(tx, booking_id, 0)
    now = await tx.now()
    tx.emit(FeeWaived(**said(waived), waived_at=now, reason=command.reason), site_id=str(waived.site_id))
    return view(waived, now)
