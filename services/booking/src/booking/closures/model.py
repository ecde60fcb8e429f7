"""Decides whom a closure keeps out, and how it is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking.openings.model import Interval
from booking.sites.model import Site
from chassis.errors import Refused

CLOSED: Final = "closed"  # the flag of a booking that a closure hits
LONGEST: Final = timedelta(days=732)


class Closed(Refused):
    """{resource} is closed from {first} to {last}: {reason}. It is next open on {next_open}."""

    fr = "{resource} est fermée du {first} au {last} : {reason}. Prochain jour d'ouverture : {next_open}."
    cure = ("Choose {next_open} or a later day.", "Choisissez le {next_open} ou un jour ultérieur.")


class ClosureEmpty(Refused):
    """A closure from {start} cannot end on {end}."""

    status = 422
    fr = "Une fermeture dès {start} ne peut finir le {end}."
    cure = ("Give a later end.", "Donnez une fin ultérieure.")


class ClosureTooLong(Refused):
    """A closure of {days} days is longer than the {most} days that can be declared at once."""

    status = 422
    fr = "Une fermeture de {days} jours dépasse les {most} jours déclarables en une fois."
    cure = (
        "Set the weekly hours to none, from a day on.",
        "Définissez des horaires vides, à partir d'un jour.",
    )


class ClosureIsLifted(Refused):
    """The closure was lifted on {lifted_at}: nothing more becomes of it."""

    fr = "La fermeture a été levée le {lifted_at} : elle n'admet plus d'acte."
    cure = ("Declare another one.", "Déclarez-en une autre.")


@dataclass(frozen=True, slots=True)
class Closure:
    """A time in which a site, or a resource with all it is made of, is closed; lifted ones hold no more."""

    closure_id: UUID
    site_id: UUID
    resource_id: UUID | None
    start: datetime
    end: datetime
    reason: str
    staff_may_override: bool
    lifted_at: datetime | None = None

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    def check(self, resource: str, site: Site, *, at_desk: bool) -> None:
        """Raise Closed, which names the days, for whom the closure keeps out."""
        if self.staff_may_override and at_desk:
            return
        first, last = site.days_of(self.start, self.end)
        raise Closed(
            resource=resource,
            first=first.isoformat(),
            last=last.isoformat(),
            reason=self.reason,
            next_open="—",
        )


def check_period(site: Site, start: datetime, end: datetime) -> None:
    """Raise ClosureEmpty or ClosureTooLong."""
    if start >= end:
        raise ClosureEmpty(start=site.wall(start), end=site.wall(end))
    if end - start > LONGEST:
        raise ClosureTooLong(days=(end - start).days, most=LONGEST.days)


def over(closures: Iterable["Covering"], leaf_ids: Sequence[UUID]) -> list[Interval]:
    """Return when what has these leaves is closed."""
    mine = set(leaf_ids)
    return [each.interval for each in closures if each.leaf_ids is None or mine & each.leaf_ids]


@dataclass(frozen=True, slots=True)
class Covering:
    """When a closure holds, and over which leaves; None is the whole site."""

    interval: Interval
    leaf_ids: frozenset[UUID] | None
    reason: str
