"""What staff ask of closures, and what they are answered."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.booking import ClosureState
from contracts.values import Day, Instant, Wording


class DeclareClosure(BaseModel):
    """Close a site, or a resource with all it is made of: for whole days, or from one instant to another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    closure_id: UUID
    site_id: UUID
    resource_id: UUID | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    start: Instant | None = None
    end: Instant | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    staff_may_override: bool = False

    @model_validator(mode="after")
    def _is_by_days_or_by_instants(self) -> Self:
        days, instants = (self.first_day, self.last_day), (self.start, self.end)
        if all(days) == all(instants) or (any(days) and any(instants)):
            raise ValueError("a closure names its first and last day, or its start and end")
        return self


class LiftClosure(BaseModel):
    """Let a closed place be booked again."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Move(BaseModel):
    """Where and when a booking is to be instead, as an alternative says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_id: UUID
    resource_id: UUID
    start: Instant
    end: Instant


class MoveBookings(BaseModel):
    """Move bookings that a closure hits, each to the alternative that was picked for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    moves: Annotated[tuple[Move, ...], Field(min_length=1, max_length=100)]


class CancelBookings(BaseModel):
    """Cancel bookings that a closure hits; nothing stays due for any of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)]


class ClosureView(ClosureState):
    """A closure as it is answered: with its days at the site, and how many bookings it hit when declared."""

    first_day: date
    last_day: date
    lifted_at: Instant | None = None
    affected_booking_ids: tuple[UUID, ...] = ()


class Left(BaseModel):
    """A booking that stays where it was, flagged, and why."""

    booking_id: UUID
    code: str
    detail: Wording


class Outcome(BaseModel):
    """What became of the bookings: those done, and those left for somebody to see to."""

    done: list[UUID]
    left: list[Left]
