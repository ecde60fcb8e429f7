"""Decides what strikes lead to: when booking is suspended, and until when: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from booking.policies.model import Strikes
from chassis.errors import Refused


class BookingSuspended(Refused):
    """After no-shows on {days}, the policy {policy} suspends booking until {until} (excluded)."""

    status = 403
    fr = "Absences des {days} : le règlement {policy} suspend la réservation jusqu'au {until} (exclu)."
    cure = (
        "Appeal: tell the staff which absence should not count; they can lift it. Or wait until {until}.",
        "Faites appel auprès du personnel, qui peut lever une absence. Sinon, attendez le {until}.",
    )


class StrikeLiftedAlready(Refused):
    """The strike was lifted on {lifted_at}: {reason}."""

    fr = "L'avertissement a été levé le {lifted_at} : {reason}."


@dataclass(frozen=True, slots=True)
class Strike:
    """A no-show that counts against a person, on the day of the booking; lifted on appeal, for a reason."""

    booking_id: UUID
    person_id: UUID
    site_id: UUID
    struck_on: date
    lifted_at: datetime | None = None
    lift_reason: str | None = None


class Suspension(NamedTuple):
    """The no-shows that suspended booking, and the first day on which it is possible again."""

    days: tuple[date, ...]
    until: date


def suspension(struck: Iterable[date], rule: Strikes) -> Suspension | None:
    """Return the last suspension that these strikes led to; what led to one does not count for the next."""
    found: Suspension | None = None
    waiting: list[date] = []
    for day in sorted(struck):
        waiting = [each for each in waiting if day - each < timedelta(days=rule.within_days)] + [day]
        if len(waiting) >= rule.no_shows:
            found = Suspension(tuple(waiting), day + timedelta(days=rule.suspended_days))
            waiting = []
    return found
