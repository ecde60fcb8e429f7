"""Decides what a booking is and what may become of it: a value that each act turns into another one."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.openings.model import HoursByOwner, Interval, check_open, period
from booking.outages.model import Outage
from booking.resources.model import Resource
from booking.rights.model import Grant, Use
from booking.sites.model import Rules, Site
from chassis.errors import Refused
from contracts.values import Party

LATE_START: Final = timedelta(minutes=15)  # what has just begun can still be booked


class SlotTaken(Refused):
    """{resource} is taken at some time between {start} and {end}."""

    fr = "{resource} est prise à un moment entre {start} et {end}."
    cure = (
        "Take one of the alternatives, free just now.",
        "Prenez une des alternatives, libres à l'instant.",
    )


class PeriodPast(Refused):
    """The time from {start} is past: it is {now}."""

    status = 422
    fr = "Le temps à partir de {start} est passé : il est {now}."
    cure = ("Choose a later time.", "Choisissez un temps ultérieur.")


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


class CheckInClosed(Refused):
    """Check-in is open from {opens} to {closes}; it is {now}."""

    fr = "L'arrivée s'enregistre du {opens} au {closes} ; il est {now}."
    cure = ("Come back in that time, or ask the staff.", "Revenez à ce moment, ou voyez le personnel.")


class DeskOnly(Refused):
    """Only the staff of {site} books without a membership."""

    status = 403
    fr = "Seul le personnel de {site} réserve sans adhésion."
    cure = ("Leave the audience out, or ask the staff.", "Omettez le public, ou adressez-vous au personnel.")


class RightWithdrawn(Refused):
    """The right that this booking was made by no longer holds: {flag}."""

    fr = "Le droit dont cette réservation est née ne vaut plus : {flag}."
    cure = ("See the staff of the site.", "Voyez le personnel du site.")


@dataclass(frozen=True, slots=True)
class Booking:
    """A resource taken, or held for a while, for one person from start to end.

    State: held, confirmed, checked_in, then completed by its end alone; or expired, cancelled, no_show. The
    flag is what staff must see to: the code of what stands against it since it was made.
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

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def starts_on(self) -> date:
        """The civil day at the site on which it starts."""
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    def state_at(self, now: datetime) -> str:
        """Return the state as people see it: a use that has ended is completed."""
        return "completed" if self.state == "checked_in" and self.end <= now else self.state

    def held(self, until: datetime) -> "Booking":
        """Take this for a while only."""
        return replace(self, state="held", expires_at=until)

    def confirmed(self, now: datetime) -> "Booking":
        """Make a hold firm; raises HoldLapsed from its last instant on."""
        self._only("held", act="confirmed")
        if self.expires_at is None or now >= self.expires_at:
            raise HoldLapsed(expires_at=str(self.expires_at))
        return replace(self, state="confirmed", expires_at=None)

    def rescheduled(self, to: "Booking", now: datetime) -> "Booking":
        """Take the place and time of another draft of this booking; only before it begins."""
        self._only("confirmed", act="rescheduled")
        if now >= self.start:
            raise AlreadyBegun(start=self.start.isoformat(), act="rescheduled")
        return replace(to, state="confirmed", expires_at=None)

    def cancelled(self, now: datetime, rules: Rules, by: str) -> tuple["Booking", int]:
        """Give the booking up; also return the share of the price that stays due, in percent.

        A hold costs nothing, nor does what staff cancels; a member pays a part when it is late.
        """
        self._only("held", "confirmed", act="cancelled")
        free = self.state == "held" or by != "member" or now <= self.start - rules.free_cancel
        return replace(self, state="cancelled", expires_at=None), 0 if free else rules.late_due_percent

    def checked_in(self, now: datetime, rules: Rules, *, at_desk: bool) -> "Booking":
        """Note that the person came, from some minutes before the start to the end of the grace."""
        self._only("confirmed", act="checked in")
        opens, closes = self.start - rules.check_in_opens, self.no_show_at(rules)
        if not opens <= now < closes:
            raise CheckInClosed(opens=opens.isoformat(), closes=closes.isoformat(), now=now.isoformat())
        if self.flag and not at_desk:
            raise RightWithdrawn(flag=self.flag)
        return replace(self, state="checked_in")

    def flagged(self, flag: str | None) -> "Booking":
        """Mark it for staff to see to, or take the mark away."""
        return replace(self, flag=flag)

    def no_show_at(self, rules: Rules) -> datetime:
        """Return when nobody is expected any more."""
        return min(self.start + rules.grace, self.end)

    def missed(self, now: datetime, rules: Rules) -> "Booking | None":
        """Return the booking as a no-show when nobody came in time, None for whatever else it is."""
        over = self.state == "confirmed" and now >= self.no_show_at(rules)
        return replace(self, state="no_show") if over else None

    def lapsed(self, now: datetime) -> "Booking | None":
        """Return the hold as expired when its time is over, None for whatever else it is."""
        over = self.state == "held" and self.expires_at is not None and now >= self.expires_at
        return replace(self, state="expired") if over else None

    def _only(self, *states: str, act: str) -> None:
        if self.state not in states:
            raise NotPossibleNow(state=self.state, act=act)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to book, and for whom; an audience stands for a person without membership."""

    booking_id: UUID
    resource_id: UUID
    person_id: UUID
    start: datetime
    end: datetime
    attendees: int | None = None
    membership_id: UUID | None = None
    audience: str | None = None
    payer: Party | None = None

    def walk_in(self, site: Site, *, at_desk: bool) -> Grant:
        """Return the right of somebody without membership: paid in money, given by staff alone."""
        if not at_desk or self.audience is None:
            raise DeskOnly(site=site.name)
        return Grant(self.audience, self.payer or Party(person_id=self.person_id), "money")


@dataclass(frozen=True, slots=True)
class Bookable:
    """A resource at its site, with all that decides whether it can be booked for a time but its claims."""

    resource: Resource
    site: Site
    hours: HoursByOwner
    outage: Outage | None

    def check(self, wanted: Wanted, now: datetime, *, at_desk: bool) -> Interval:
        """Return the period; raises a refusal when nobody, or only staff, could book it so."""
        resource, site = self.resource, self.site
        asked = period(wanted.start, wanted.end)
        if asked.end <= now or asked.start < now - LATE_START:
            raise PeriodPast(start=site.wall(asked.start), now=site.wall(now))
        resource.check(site.day_of(asked.start), wanted.attendees, at_desk=at_desk)
        check_open(self.hours, resource.lineage, site, asked, resource.name)
        if self.outage:
            self.outage.refuse(resource, site)
        return asked

    def blocked(self, asked: Interval) -> Interval:
        """Return what a booking keeps others from: its time and the turnaround after it."""
        return Interval(asked.start, self.resource.blocked_until(asked.end))

    def use(self, wanted: Wanted, asked: Interval) -> Use:
        return Use(wanted.person_id, self.site.site_id, self.resource.kind, *asked, self.site.zone)


def book(place: Bookable, wanted: Wanted, asked: Interval, grant: Grant, rights_as_of: datetime) -> Booking:
    """Return the firm booking that is right if only the resource is free."""
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
    )
