"""Decides what can be done with one date of a series: pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import Refused


class OccurrencePast(Refused):
    """The date {recurrence_id} is past: the past of a series does not change."""

    fr = "La date {recurrence_id} est passée : le passé d'une série ne change pas."
    cure = ("Choose a date to come.", "Choisissez une date à venir.")


class OccurrenceBooked(Refused):
    """The date {recurrence_id} is booked already."""

    fr = "La date {recurrence_id} est déjà réservée."


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A date of a series: when its rule has it, the booking it has and how that stands."""

    recurrence_id: str
    starts_at: datetime
    ends_at: datetime
    booking_id: UUID | None
    booking_state: str | None

    @property
    def is_booked(self) -> bool:
        return self.booking_id is not None and self.booking_state not in ("cancelled", "expired")

    def check_to_come(self, now: datetime) -> None:
        """Raise OccurrencePast for what has begun."""
        if self.starts_at <= now:
            raise OccurrencePast(recurrence_id=self.recurrence_id)

    def check_missing(self) -> None:
        """Raise OccurrenceBooked where there is nothing to ask for."""
        if self.is_booked:
            raise OccurrenceBooked(recurrence_id=self.recurrence_id)
