"""Decides what giving a booking up costs when, and whether there is anything to let off: pure."""

from datetime import datetime

from pydantic import BaseModel

from booking.bookings.model import Booking
from booking.sites.model import Rules
from chassis.errors import Refused
from contracts.values import Instant


class NothingToWaive(Refused):
    """The booking is {state}, and {due_percent} % of its price stay due: there is nothing to let off."""

    fr = "La réservation est à l'état « {state} », {due_percent} % du prix en restent dus : rien à remettre."


class FeeWaivedAlready(Refused):
    """What stayed due of the booking was let off before."""

    fr = "Ce qui restait dû de la réservation a déjà été remis."


class Step(BaseModel):
    """From an instant on, giving up costs so much of the price."""

    since: Instant
    due_percent: int


def steps(rules: Rules, start: datetime) -> tuple[Step, ...]:
    """Return from when on giving up costs how much, the earliest first."""
    return tuple(Step(since=start - early, due_percent=due) for early, due in rules.steps() if due)


def check_waivable(booking: Booking) -> None:
    """Raise a refusal unless something stays due of a booking that was given up or missed."""
    if booking.fee_waived:
        raise FeeWaivedAlready
    if booking.state not in ("cancelled", "no_show") or not booking.due_percent:
        raise NothingToWaive(state=booking.state, due_percent=booking.due_percent or 0)
