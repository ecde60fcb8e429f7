"""Decides what a booking is and what may become of it: a value that each act turns into another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.admission.model import NO_POLICY, Ruling
from booking.bookable.model import Bookable, Wanted
from booking.openings.model import Interval
from booking.policies.model import Case
from booking.resources.model import ApprovalRequired, Resource
from booking.rights.model import Grant
from booking.sites.model import Rules
from chassis.errors import Refused
from contracts.booking import ResourceBookedWith


class SlotTaken(Refused):
    """{resource} is taken at some time between {start} and {end}."""

    fr = "{resource} est prise à un moment entre {start} et {end}."
    cure = (
        "Take one of the alternatives, free just now, or put yourself on the waitlist for it.",
        "Prenez une des alternatives, libres à l'instant, ou inscrivez-vous sur la liste d'attente.",
    )


class HoldLapsed(Refused):
    """The hold ended at {expires_at}."""

    fr = "L'option a pris fin le {expires_at}."
    cure = (
        "Book again: the resource may still be free.",
        "Réservez à nouveau : c'est peut-être encore libre.",
    )


class NotPossibleNow(Refused):
    """A booking that is {state} cannot be {act}."""

    fr = "Une réservation à l'état « {state} » n'admet pas l'acte « {act} »."


class AlreadyBegun(Refused):
    """The booking began at {start}: it can no longer be {act}."""

    fr = "La réservation a commencé le {start} : elle n'admet plus l'acte « {act} »."
    cure = ("Ask the staff of the site.", "Adressez-vous au personnel du site.")


class DecidedTooLate(Refused):
    """The request was to be decided before {decide_by}: it is rejected by that."""

    fr = "La demande était à trancher avant le {decide_by} : elle est refusée de ce fait."
    cure = (
        "Book it at the desk for the person, if it is still free.",
        "Réservez à l'accueil pour la personne, si c'est encore libre.",
    )


class CheckInClosed(Refused):
    """Check-in is open from {opens} to {closes}; it is {now}."""

    fr = "L'arrivée s'enregistre du {opens} au {closes} ; il est {now}."
    cure = ("Come back in that time, or ask the staff.", "Revenez à ce moment, ou voyez le personnel.")


class RightWithdrawn(Refused):
    """The right that this booking was made by no longer holds: {flag}."""

    fr = "Le droit dont cette réservation est née ne vaut plus : {flag}."
    cure = ("See the staff of the site.", "Voyez le personnel du site.")


class HeldForSession(Refused):
    """The booking holds the place of the session {session_id}: it moves and ends with that only."""

    fr = "La réservation tient la place de la session {session_id} : elle ne bouge et ne finit qu'avec elle."
    cure = ("Move or cancel the session.", "Déplacez ou annulez la session.")


@dataclass(frozen=True, slots=True)
class Booking:
    """A resource taken, or held for a while, for one person from start to end.

    State: held, requested, confirmed, checked_in, then completed by its end alone; or rejected, expired,
    cancelled, no_show. The flag is what staff must see to: the code of what stands against it since it was
    made. A hold or a request ends by itself at expires_at. A date of a series carries which one it is; what
    a session holds carries the session, and nobody is missed there.
    """

    booking_id: UUID
    state: str
    site_id: UUID
    site_name: str
    resource_id: UUID
    resource_name: str
    kind: str
    price_code: str | None
    start: datetime
    end: datetime
    zone: str
    person_id: UUID
    attendees: int | None
    grant: Grant
    rights_as_of: datetime
    expires_at: datetime | None = None
    flag: str | None = None
    ruling: Ruling = NO_POLICY
    due_percent: int | None = None
    fee_waived: bool = False
    reason: str | None = None
    with_resources: tuple[ResourceBookedWith, ...] = ()
    series_id: UUID | None = None
    recurrence_id: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    session_id: UUID | None = None

    @property
    def claims(self) -> bool:
        """Whether it keeps others out."""
        return self.state != "requested" or self.ruling.pending_blocks

    @property
    def needs_approval(self) -> bool:
        """Whether a hold becomes a request when it is confirmed."""
        return self.state == "held" and self.ruling.approval_hours is not None

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def with_resource_ids(self) -> tuple[UUID, ...]:
        return tuple(each.resource_id for each in self.with_resources)

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        return (self.resource_id, *self.with_resource_ids)

    @property
    def starts_on(self) -> date:
        """The civil day at the site on which it starts."""
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    def case(self, resource: Resource, *, at_desk: bool) -> Case:
        """Return what a policy judges of this draft."""
        return Case(
            resource, self.booking_id, self.person_id, self.grant, self.interval, self.attendees, at_desk
        )

    def state_at(self, now: datetime) -> str:
        """Return the state as people see it: a use that has ended, or that was left, is completed."""
        over = self.left_at is not None or self.end <= now
        return "completed" if self.state == "checked_in" and over else self.state

    def held(self, until: datetime) -> "Booking":
        """Take this for a while only."""
        return replace(self, state="held", expires_at=until)

    def firm(self, now: datetime) -> "Booking":
        """Take it for good; where somebody must approve it first, ask for it, until it begins at most."""
        hours = self.ruling.approval_hours
        if hours is None:
            return replace(self, state="confirmed", expires_at=None)
        decide_by = min(now + timedelta(hours=hours), self.start if now < self.start else self.end)
        return replace(self, state="requested", expires_at=decide_by)

    def confirmed(self, now: datetime) -> "Booking":
        """Make a hold firm; raises HoldLapsed from its last instant on."""
        self._only("held", act="confirmed")
        if self.expires_at is None or now >= self.expires_at:
            raise HoldLapsed(expires_at=str(self.expires_at))
        return self.firm(now)

    def approved(self, now: datetime) -> "Booking":
        """Grant a request; raises DecidedTooLate from its deadline on."""
        self._only("requested", act="approved")
        if self.expires_at is None or now >= self.expires_at:
            raise DecidedTooLate(decide_by=str(self.expires_at))
        return replace(self, state="confirmed", expires_at=None)

    def rejected(self, reason: str | None) -> "Booking":
        """Turn a request down."""
        self._only("requested", act="rejected")
        return replace(self, state="rejected", expires_at=None, reason=reason)

    def rescheduled(self, to: "Booking", now: datetime) -> "Booking":
        """Take the place and time of another draft of this booking; only before it begins."""
        self._only("confirmed", act="rescheduled")
        if now >= self.start:
            raise AlreadyBegun(start=self.start.isoformat(), act="rescheduled")
        if to.ruling.approval_hours is not None:
            raise ApprovalRequired(resource=to.resource_name)
        return replace(
            to,
            state="confirmed",
            expires_at=None,
            series_id=self.series_id,
            recurrence_id=self.recurrence_id,
            session_id=self.session_id,
        )

    def cancelled(self, now: datetime, rules: Rules, by: str) -> tuple["Booking", int]:
        """Give the booking up; also return the share of the price that stays due, in percent.

        A hold or a request costs nothing, nor does what staff cancels; a member pays a part when it is late.
        """
        self._only("held", "requested", "confirmed", act="cancelled")
        free = self.state != "confirmed" or by != "member"
        due_percent = 0 if free else rules.due_percent(self.start - now)
        return replace(self, state="cancelled", expires_at=None, due_percent=due_percent), due_percent

    def check_by_itself(self) -> None:
        """Raise HeldForSession where it moves and ends with a session only."""
        if self.session_id is not None:
            raise HeldForSession(session_id=str(self.session_id))

    def withdrawn(self) -> "Booking":
        """Give the booking up for want of its place: nothing of the price stays due."""
        self._only("held", "confirmed", act="cancelled")
        return replace(self, state="cancelled", expires_at=None)

    def checked_in(self, now: datetime, rules: Rules, *, at_desk: bool) -> "Booking":
        """Note that the person came, from some minutes before the start to the end of the grace."""
        self._only("confirmed", act="checked in")
        opens, closes = self.start - rules.check_in_opens, self.no_show_at(rules)
        if not opens <= now < closes:
            raise CheckInClosed(opens=opens.isoformat(), closes=closes.isoformat(), now=now.isoformat())
        if self.flag and not at_desk:
            raise RightWithdrawn(flag=self.flag)
        return replace(self, state="checked_in", arrived_at=now)

    def flagged(self, flag: str | None) -> "Booking":
        """Mark it for staff to see to, or take the mark away."""
        return replace(self, flag=flag)

    def no_show_at(self, rules: Rules) -> datetime:
        """Return when nobody is expected any more."""
        return min(self.start + rules.grace, self.end)

    def missed(self, now: datetime, rules: Rules) -> "Booking | None":
        """Return the booking as a no-show when nobody came in time, None for whatever else it is."""
        over = self.state == "confirmed" and self.session_id is None and now >= self.no_show_at(rules)
        return replace(self, state="no_show", due_percent=rules.no_show_due_percent) if over else None

    def lapsed(self, now: datetime) -> "Booking | None":
        """Return a hold as expired and a request as rejected when its time is over, else None."""
        ends = {"held": "expired", "requested": "rejected"}.get(self.state)
        over = ends and self.expires_at is not None and now >= self.expires_at
        return replace(self, state=ends) if ends and over else None

    def _only(self, *states: str, act: str) -> None:
        if self.state not in states:
            raise NotPossibleNow(state=self.state, act=act)


def book(
    place: Bookable,
    wanted: Wanted,
    asked: Interval,
    grant: Grant,
    rights_as_of: datetime,
    ways: Sequence[str] = (),
) -> Booking:
    """Return the firm booking that is right if only all is free; what is beside it is paid in these ways."""
    return Booking(
        booking_id=wanted.booking_id,
        state="confirmed",
        site_id=place.site.site_id,
        site_name=place.site.name,
        resource_id=place.resource.resource_id,
        resource_name=place.resource.name,
        kind=place.resource.kind,
        price_code=place.resource.price_code,
        start=asked.start,
        end=asked.end,
        zone=place.site.zone,
        person_id=wanted.person_id,
        attendees=wanted.attendees,
        grant=grant,
        rights_as_of=rights_as_of,
        with_resources=tuple(
            each.resource.booked_with(way) for each, way in zip(place.others, ways, strict=True)
        ),
    )
