"""Decides when the use of a machine ends, how long it was, and what may become of it: pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from booking.bookable.model import Bookable
from booking.machines.model import Machine
from booking.openings.model import Interval
from booking.rights.model import Grant
from chassis.errors import Refused
from contracts.booking import MaterialUsed
from contracts.values import Party

_MINUTE: Final = timedelta(minutes=1)


class MachineInUse(Refused):
    """{resource} is in use since {since}."""

    fr = "{resource} est utilisée depuis le {since}."
    cure = ("Wait until that use is stopped, or ask the staff.", "Attendez sa fin, ou voyez le personnel.")


class MachineBooked(Refused):
    """{resource} is booked by somebody else at {now}."""

    fr = "{resource} est réservée par une autre personne à {now}."
    cure = ("Book a free time of it first.", "Réservez-en d’abord un créneau libre.")


class OtherBooking(Refused):
    """The booking {booking_id} is not one of {resource} by this person, for now."""

    status = 422
    fr = "La réservation {booking_id} n’est pas celle de {resource} par cette personne, pour maintenant."
    cure = ("Name the right booking, or none.", "Indiquez la bonne réservation, ou aucune.")


class UsageOver(Refused):
    """This use ended on {ended_at}: it can no longer be {act}."""

    fr = "Cette utilisation a pris fin le {ended_at} : elle n’admet plus l’acte « {act} »."


class StoppedBeforeStart(Refused):
    """A use that began on {started_at} cannot have stopped on {stopped_at}."""

    status = 422
    fr = "Une utilisation commencée le {started_at} n’a pu cesser le {stopped_at}."
    cure = (
        "Give a later instant, or none.",
        "Donnez un instant ultérieur, ou aucun.",
    )


class MaterialUnknown(Refused):
    """{resource} does not use up {price_code}."""

    status = 422
    fr = "{resource} ne consomme pas « {price_code} »."
    cure = ("Name one of: {known}.", "Indiquez l’un de : {known}.")


class Bound(NamedTuple):
    """When a use ends by itself, and by what."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a use: the closing, the next claim by somebody else, and the longest single use."""

    closes: datetime
    claimed: datetime | None
    longest: timedelta

    def end(self, started: datetime) -> Bound:
        """Return the soonest of the bounds, never before the start."""
        bounds = [Bound(self.closes, "closing"), Bound(started + self.longest, "longest")]
        if self.claimed is not None:
            bounds.append(Bound(self.claimed, "next_booking"))
        at, reason = min(bounds)
        return Bound(max(at, started), reason)


class Clocks(NamedTuple):
    """The time of the territory, which a sandbox moves, and that of the database, which nobody does."""

    business: datetime
    real: datetime


@dataclass(frozen=True, slots=True)
class Usage:
    """One use of a machine by one person. State: open, then stopped; or aborted, and stopped after all."""

    usage_id: UUID
    state: str
    resource_id: UUID
    resource_name: str
    site_id: UUID
    zone: str
    machine_class_id: UUID | None
    person_id: UUID
    payer: Party
    audience: str
    membership_id: UUID | None
    booking_id: UUID | None
    let_in_by: str
    started_at: datetime
    really_started_at: datetime
    ends_by: datetime
    heard_at: datetime | None = None
    ended_at: datetime | None = None
    minutes: int | None = None
    materials: tuple[MaterialUsed, ...] = ()
    reason: str | None = None
    permission_id: UUID | None = None

    def elapsed(self, clocks: Clocks) -> datetime:
        """Return until when it went on by both clocks: a territory's clock that was moved adds nothing."""
        really = self.started_at + max(clocks.real - self.really_started_at, timedelta())
        return max(self.started_at, min(clocks.business, really, self.ends_by))

    def heard(self, told: datetime | None, clocks: Clocks) -> "Usage":
        """Note a sign of use, at the instant the machine tells; raises UsageOver."""
        if self.ended_at is not None:
            raise UsageOver(ended_at=self.ended_at.isoformat(), act="heartbeat")
        at = min(told or clocks.business, clocks.business)
        return replace(self, heard_at=max(at, self.heard_at or self.started_at))

    def stopped(
        self, told: datetime | None, clocks: Clocks, materials: Iterable[MaterialUsed], reason: str
    ) -> "Usage":
        """End it at the instant told, else at what both clocks say; at its bound at the latest.

        A use that was given up is settled by this. Raises UsageOver and StoppedBeforeStart.
        """
        if self.state == "stopped":
            raise UsageOver(ended_at=str(self.ended_at), act="stop")
        if told is not None and told < self.started_at:
            raise StoppedBeforeStart(started_at=self.started_at.isoformat(), stopped_at=told.isoformat())
        end = min(told, clocks.business, self.ends_by) if told else self.elapsed(clocks)
        return self._ended("stopped", end, reason, tuple(materials))

    def silent(self) -> "Usage":
        """Give it up for want of signs: it is known to have gone on until the last one."""
        return self._ended("aborted", self.heard_at or self.started_at, "offline")

    def _ended(
        self, state: str, end: datetime, reason: str, materials: tuple[MaterialUsed, ...] = ()
    ) -> "Usage":
        minutes = (end - self.started_at) // _MINUTE
        return replace(self, state=state, ended_at=end, minutes=minutes, reason=reason, materials=materials)


def closing(opened: Iterable[Interval], now: datetime) -> datetime:
    """Return the end of the opening that holds now; now itself outside of all."""
    return next((each.end for each in opened if each.start <= now < each.end), now)


def check_materials(machine: Machine, resource: str, materials: Iterable[MaterialUsed]) -> None:
    """Raise MaterialUnknown for one that the machine does not use up."""
    known = {each.price_code for each in machine.materials}
    for each in materials:
        if each.price_code not in known:
            named = ", ".join(sorted(known)) or "—"
            raise MaterialUnknown(resource=resource, price_code=each.price_code, known=named)


def begun(
    place: Bookable,
    machine: Machine,
    who: tuple[UUID, UUID, UUID | None, str],
    grant: Grant,
    times: tuple[Clocks, datetime, datetime],
) -> Usage:
    """Return the use that begins: which, by whom, by what booking and let in by what; and its times."""
    usage_id, person_id, booking_id, let_in_by = who
    now, start, until = times
    return Usage(
        usage_id=usage_id,
        state="open",
        resource_id=place.resource.resource_id,
        resource_name=place.resource.name,
        site_id=place.site.site_id,
        zone=place.site.zone,
        machine_class_id=machine.machine_class_id,
        person_id=person_id,
        payer=grant.payer,
        audience=grant.audience,
        membership_id=grant.membership_id,
        booking_id=booking_id,
        let_in_by=let_in_by,
        started_at=start,
        really_started_at=now.real - (now.business - start),
        ends_by=until,
    )
