"""Decides whether a resource, and what is wanted with it, can be booked for a time, if it is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking.closures.model import Closure
from booking.openings.model import HoursByOwner, Interval, check_open, period
from booking.outages.model import Outage
from booking.resources.model import Resource, check_together
from booking.rights.model import Grant, Use
from booking.sites.model import Site
from chassis.errors import Refused
from contracts.values import Party

LATE_START: Final = timedelta(minutes=15)  # what has just begun can still be booked


class PeriodPast(Refused):
    """The time from {start} is past: it is {now}."""

    status = 422
    fr = "Le temps à partir de {start} est passé : il est {now}."
    cure = ("Choose a later time.", "Choisissez un temps ultérieur.")


class DeskOnly(Refused):
    """Only the staff of {site} books without a membership."""

    status = 403
    fr = "Seul le personnel de {site} réserve sans adhésion."
    cure = ("Leave the audience out, or ask the staff.", "Omettez le public, ou adressez-vous au personnel.")


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
    with_resource_ids: tuple[UUID, ...] = ()

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        return (self.resource_id, *self.with_resource_ids)

    def walk_in(self, site: Site, *, at_desk: bool) -> Grant:
        """Return the right of somebody without membership: paid in money, given by staff alone."""
        if not at_desk or self.audience is None:
            raise DeskOnly(site=site.name)
        return Grant(self.audience, self.payer or Party(person_id=self.person_id), "money")


@dataclass(frozen=True, slots=True)
class Bookable:
    """A resource at its site, with all that decides whether it can be booked for a time but its claims.

    The others are those that are wanted with it.
    """

    resource: Resource
    site: Site
    hours: HoursByOwner
    outage: Outage | None
    closure: Closure | None = None
    others: tuple["Bookable", ...] = ()

    @property
    def all(self) -> tuple["Bookable", ...]:
        return (self, *self.others)

    def check(self, wanted: Wanted, now: datetime, *, at_desk: bool) -> Interval:
        """Return the period; raises a refusal when nobody, or only staff, could book it so."""
        site = self.site
        asked = period(wanted.start, wanted.end)
        if asked.end <= now or asked.start < now - LATE_START:
            raise PeriodPast(start=site.wall(asked.start), now=site.wall(now))
        check_together([each.resource for each in self.all])
        for each in self.all:
            each.check_usable(asked, wanted.attendees if each is self else None, at_desk=at_desk)
        return asked

    def check_usable(self, asked: Interval, attendees: int | None, *, at_desk: bool) -> None:
        """Raise a refusal when this one cannot be used for that time and that many people."""
        resource, site = self.resource, self.site
        resource.check(site.day_of(asked.start), attendees)
        if self.closure:
            self.closure.check(resource.name, site, at_desk=at_desk)
        check_open(self.hours, resource.lineage, site, asked, resource.name)
        if self.outage:
            self.outage.refuse(resource, site)

    def check_in_use(self) -> None:
        """Raise a refusal when nobody can use one of these: closed for all, or out of service."""
        for each in self.all:
            if each.closure:
                each.closure.check(each.resource.name, each.site, at_desk=True)
            if each.outage:
                each.outage.refuse(each.resource, each.site)

    def claims(self, asked: Interval) -> dict[UUID, datetime]:
        """Return the leaves to claim, and until when each is kept from others: its turnaround included."""
        return {
            leaf_id: each.resource.blocked_until(asked.end)
            for each in self.all
            for leaf_id in each.resource.leaf_ids
        }

    def blocked(self, asked: Interval) -> Interval:
        """Return what a booking keeps others from: its time, and the longest turnaround after it."""
        return Interval(asked.start, max(self.claims(asked).values()))

    def use(self, wanted: Wanted, asked: Interval) -> Use:
        return Use(wanted.person_id, self.site.site_id, self.resource.kind, *asked, self.site.zone)
