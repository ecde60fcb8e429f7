"""Decides who may be noted as there, and who may sign: pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from booking.registrations.model import Registration
from booking.sessions.model import HalfDay, Session
from chassis.errors import NotFound, Refused


class NotYetHeld(Refused):
    """This half-day begins at {start}; it is {now}: who comes is noted from then on."""

    fr = "Cette demi-journée commence le {start} ; il est {now} : les présences se notent à partir de là."
    cure = ("Come back at {start}.", "Revenez le {start}.")


class NotRegistered(Refused):
    """A registration that is {state} has nobody to be noted as there."""

    fr = "Une inscription à l'état « {state} » n'a personne à noter présent."
    cure = ("Register the person at the desk first.", "Inscrivez d'abord la personne à l'accueil.")


class SignedBefore(Refused):
    """This half-day was signed at {at} already."""

    fr = "Cette demi-journée a déjà été signée le {at}."
    cure = ("Have the staff note a correction.", "Faites noter une correction par le personnel.")


@dataclass(frozen=True, slots=True)
class Presence:
    """What was noted last of one person on one half-day; guest 0 is who registered."""

    registration_id: UUID
    position: int
    guest: int
    present: bool
    signed: str
    recorded_at: datetime


def half_day(
    session: Session, registration: Registration, position: int, guest: int, now: datetime
) -> HalfDay:
    """Return the half-day on which somebody is noted. Raises a refusal where nobody can be."""
    session.check_held()
    if registration.state != "registered":
        raise NotRegistered(state=registration.state)
    found = next((each for each in session.dates if each.position == position), None)
    if found is None or guest >= registration.seats:
        raise NotFound(what="half-day", id=f"{position}/{guest}")
    if now < found.interval.start:
        raise NotYetHeld(start=session.site.wall(found.interval.start), now=session.site.wall(now))
    return found


def hours(session: Session, presences: list[Presence], guest: int = 0) -> float:
    """Return how many true hours somebody attended."""
    there = {each.position for each in presences if each.present and each.guest == guest}
    lengths = (each.interval.end - each.interval.start for each in session.dates if each.position in there)
    return sum(each.total_seconds() for each in lengths) / 3600
