"""Decides what a session is: its half-days, its seats and for whom they are, how long it is open: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final, Literal
from uuid import UUID

from booking.openings.model import Interval
from booking.rights.model import Membership, PlanOpensNot, Use
from booking.sites.model import Site
from chassis.errors import Refused
from contracts.values import Party, Wording

SessionKind = Literal["course", "workshop", "event", "jury"]
OpenTo = Literal["everybody", "members"]
HELD: Final = "session"  # the audience of the bookings that a session holds its places by
PUBLIC: Final = "public"  # the audience of who registers without a membership
MOST_SEATS: Final = 1000


class DatesMeet(Refused):
    """Two half-days of a session meet: the one from {start} to {end} and the one from {other}."""

    status = 422
    fr = "Deux demi-journées d'une session se rencontrent : de {start} à {end}, et à partir de {other}."
    cure = ("Give half-days that follow one another.", "Donnez des demi-journées qui se suivent.")


class MoreNeededThanSeats(Refused):
    """{minimum} people at least are wanted, and there are {seats} seats."""

    status = 422
    fr = "Il faut au moins {minimum} personnes, et il y a {seats} places."
    cure = ("Ask for {seats} at most.", "Demandez-en {seats} au plus.")


class DecidedTooLateToTell(Refused):
    """Whether it is held would be decided at {decide_at}, and it begins at {start}: it is {now}."""

    status = 422
    fr = "La tenue serait décidée le {decide_at}, et la session commence le {start} : il est {now}."
    cure = ("Decide between now and its start.", "Décidez entre maintenant et son début.")


class SessionIsCancelled(Refused):
    """{title} is not held: {reason}."""

    fr = "« {title} » n'a pas lieu : {reason}."
    cure = ("Choose another session.", "Choisissez une autre session.")


class SessionHasBegun(Refused):
    """{title} began at {start}; it is {now}."""

    fr = "« {title} » a commencé le {start} ; il est {now}."
    cure = ("Ask the staff of the site.", "Adressez-vous au personnel du site.")


class SessionForMembers(Refused):
    """{title} is for members, and this person has no membership on {day}."""

    status = 403
    fr = "« {title} » est réservée aux membres, et cette personne n'a pas d'adhésion le {day}."
    cure = (
        "Take a plan that begins by then, or choose a session that is open to everybody.",
        "Souscrivez une formule qui commence d'ici là, ou choisissez une session ouverte à tous.",
    )


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One date of a session, and the booking that claims what it needs."""

    position: int
    booking_id: UUID
    interval: Interval


@dataclass(frozen=True, slots=True)
class Quota:
    """Seats for some audiences, or for everybody where none is named; released, what is left is for all."""

    position: int
    name: Wording
    audiences: tuple[str, ...]
    seats: int
    taken: int
    release_at: datetime | None
    territory_ids: tuple[str, ...] = ()  # whose people have them, of another territory's

    @property
    def kept(self) -> bool:
        return bool(self.audiences or self.territory_ids)

    def open_to(self, audience: str, now: datetime) -> bool:
        released = self.release_at is not None and self.release_at <= now
        return not self.kept or audience in self.audiences or released


@dataclass(frozen=True, slots=True)
class Session:
    """What is held: on each of its half-days, its room, its machines and who leads it are claimed as one."""

    session_id: UUID
    state: str
    kind: str
    site: Site
    title: Wording
    description: Wording
    resource_id: UUID
    resource_name: str
    trainer_id: UUID | None
    open_to: str
    price_code: str | None
    minimum: int | None
    decide_at: datetime | None
    reason: str | None
    dates: tuple[HalfDay, ...]
    quotas: tuple[Quota, ...]

    @property
    def start(self) -> datetime:
        return min(each.interval.start for each in self.dates)

    @property
    def end(self) -> datetime:
        return max(each.interval.end for each in self.dates)

    @property
    def seats(self) -> int:
        return sum(each.seats for each in self.quotas)

    def in_reach_of(self, audience: str, now: datetime) -> list[Quota]:
        """Return the seats that an audience may take, in order: its own, those for all, those released."""
        reach = [each for each in self.quotas if each.open_to(audience, now)]
        return sorted(reach, key=lambda each: (audience not in each.audiences, each.kept))

    def kept_for(self, territory_id: str) -> list[Quota]:
        """Return the seats that another territory's people may take, in order; released, they still may."""
        return [each for each in self.quotas if territory_id in each.territory_ids]

    @property
    def territory_ids(self) -> frozenset[str]:
        """Name the other territories for which seats are kept."""
        return frozenset(siren for each in self.quotas for siren in each.territory_ids)

    def free_for(self, audience: str, now: datetime) -> int:
        """Return how many seats somebody could take in one quota."""
        return max((each.seats - each.taken for each in self.in_reach_of(audience, now)), default=0)

    def kept_until(self, audience: str, now: datetime) -> datetime | None:
        """Return when seats that are kept for others are open to this audience, if any are."""
        kept = (
            each.release_at
            for each in self.quotas
            if each.taken < each.seats and not each.open_to(audience, now) and each.release_at
        )
        return min(kept, default=None)

    def check_held(self) -> None:
        """Raise SessionIsCancelled where it is not held."""
        if self.state == "cancelled":
            raise SessionIsCancelled(title=self.title.fr, reason=self.reason or "")

    def check_open(self, now: datetime) -> None:
        """Raise a refusal where nobody registers any more."""
        self.check_held()
        if now >= self.start:
            raise SessionHasBegun(
                title=self.title.fr, start=self.site.wall(self.start), now=self.site.wall(now)
            )

    def check_minimum(self, now: datetime) -> None:
        """Raise a refusal where its minimum can never be met, or is decided too late."""
        if self.minimum is not None and self.minimum > self.seats:
            raise MoreNeededThanSeats(minimum=self.minimum, seats=self.seats)
        if self.decide_at is not None and not now < self.decide_at <= self.start:
            raise DecidedTooLateToTell(
                decide_at=self.site.wall(self.decide_at),
                start=self.site.wall(self.start),
                now=self.site.wall(now),
            )

    def too_few(self, registered: int) -> bool:
        """Whether it is not held for want of people."""
        return self.state == "scheduled" and self.minimum is not None and registered < self.minimum

    def moved(self, dates: Sequence[HalfDay]) -> "Session":
        """Take other times for some half-days. Raises DatesMeet."""
        by_position = {each.position: each for each in (*self.dates, *dates)}
        check_apart(self.site, [each.interval for each in by_position.values()])
        return replace(self, dates=tuple(sorted(by_position.values(), key=lambda each: each.position)))

    def cancelled(self, reason: str) -> "Session":
        """Give it up; raises SessionIsCancelled where it is given up already."""
        self.check_held()
        return replace(self, state="cancelled", reason=reason)


@dataclass(frozen=True, slots=True)
class Standing:
    """As who somebody registers: the audience that prices and quotas go by, and who pays."""

    audience: str
    payer: Party
    membership_id: UUID | None = None


def check_apart(site: Site, dates: Sequence[Interval]) -> None:
    """Raise DatesMeet where two half-days do."""
    for one, other in pairwise(sorted(dates)):
        if other.start < one.end:
            raise DatesMeet(start=site.wall(one.start), end=site.wall(one.end), other=site.wall(other.start))


def standing(session: Session, person_id: UUID, memberships: Sequence[Membership]) -> Standing:
    """Return as who a person registers for themselves. Raises SessionForMembers."""
    first = min(session.dates, key=lambda each: each.interval)
    use = Use(person_id, session.site.site_id, "room", *first.interval, session.site.zone)
    for each in memberships:
        obstacle = each.obstacle(use)
        if obstacle is None or isinstance(obstacle, PlanOpensNot):  # a member, whatever rooms the plan opens
            return Standing(each.audience, each.payer, each.membership_id)
    if session.open_to == "members":
        day = session.site.day_of(session.start).isoformat()
        raise SessionForMembers(title=session.title.fr, day=day)
    return Standing(PUBLIC, Party(person_id=person_id))
