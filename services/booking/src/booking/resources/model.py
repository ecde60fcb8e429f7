"""Decides what a resource is, which leaves it is made of and whence it inherits: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from chassis.errors import Refused
from contracts.booking import ResourceBookedWith

Kind = Literal["building", "floor", "room", "desk", "office", "equipment", "person"]
Feature = Literal[
    "screen", "whiteboard", "videoconference", "projector", "step_free", "hearing_loop", "quiet", "daylight"
]

MOST_LEAVES: Final = 1500  # what an event of 64 KiB can name


class ComposedHasNoInside(Refused):
    """{name} is made of other resources: nothing can be put inside it."""

    status = 422
    fr = "{name} est composée d'autres ressources : rien ne peut y être placé."
    cure = ("Put it inside one of its parts.", "Placez-la dans une de ses parties.")


class PartsElsewhere(Refused):
    """A resource of site {site_id} cannot be made of, or stand in, resources of another site."""

    status = 422
    fr = "Une ressource du site {site_id} ne peut ni réunir des ressources d'un autre site, ni s'y trouver."
    cure = ("Choose resources of one site.", "Choisissez des ressources d'un même site.")


class MadeOfItsPlace(Refused):
    """{name} cannot be made of what it is to be placed in."""

    status = 422
    fr = "{name} ne peut être composée de ce qui la contient."
    cure = ("Place it elsewhere, or at the top of the site.", "Placez-la ailleurs, ou au sommet du site.")


class TooManyLeaves(Refused):
    """{name} would be made of more than {most} undivided resources."""

    status = 422
    fr = "{name} réunirait plus de {most} ressources indivisibles."
    cure = (
        "Divide it between several floors or buildings.",
        "Répartissez-la sur plusieurs étages ou bâtiments.",
    )


class ResourceBooked(Refused):
    """{name} has {bookings} bookings to come: until then, what it is made of cannot change."""

    fr = "{name} a {bookings} réservations à venir : d'ici là, sa composition ne peut changer."
    cure = (
        "Cancel or move these bookings first, or wait until {until}.",
        "Annulez ou déplacez d'abord ces réservations, ou attendez le {until}.",
    )


class NotBookable(Refused):
    """{resource} cannot be booked by itself."""

    fr = "{resource} ne se réserve pas en elle-même."
    cure = ("Book one of the resources inside it.", "Réservez une des ressources qui s'y trouvent.")


class NotYetAvailable(Refused):
    """{resource} can be used from {available_from} on, not on {day}."""

    fr = "{resource} est utilisable à partir du {available_from}, pas le {day}."
    cure = ("Choose a day from {available_from} on.", "Choisissez un jour à partir du {available_from}.")


class TooManyPeople(Refused):
    """{resource} takes {capacity} people, not {attendees}."""

    fr = "{resource} accueille {capacity} personnes, pas {attendees}."
    cure = ("Choose a larger one.", "Choisissez-en une plus grande.")


class ApprovalRequired(Refused):
    """{resource} is booked with the consent of the staff: a booking cannot move there without it."""

    fr = "{resource} se réserve avec l'accord du personnel : une réservation n'y est pas déplacée sans lui."
    cure = (
        "Ask the staff to move it, or give it up and ask for the other time.",
        "Demandez au personnel de la déplacer, ou annulez-la et demandez l'autre créneau.",
    )


class OtherSite(Refused):
    """{resource} is not at the site of {other}: what is booked together must be of one site."""

    status = 422
    fr = "{resource} n'est pas sur le site de {other} : ce qui se réserve ensemble est d'un même site."
    cure = ("Choose something at the same site.", "Choisissez une ressource du même site.")


class AlreadyPart(Refused):
    """{resource} and {other} share at least a part: nobody books it twice."""

    status = 422
    fr = "{resource} et {other} ont au moins une partie commune : on ne la réserve pas deux fois."
    cure = ("Leave one of them out.", "Retirez l'une des deux.")


@dataclass(frozen=True, slots=True)
class Resource:
    """Something at a site that can be booked, or that contains what can be."""

    resource_id: UUID
    site_id: UUID
    parent_id: UUID | None
    part_ids: tuple[UUID, ...]
    leaf_ids: tuple[UUID, ...]
    lineage: tuple[UUID, ...]
    kind: str
    name: str
    capacity: int | None
    bookable: bool
    approval_required: bool
    turnaround_minutes: int
    price_code: str | None
    available_from: date | None
    features: tuple[str, ...] = ()

    def booked_with(self, paid_by: str) -> ResourceBookedWith:
        """Return it as what goes with a booking of another one."""
        return ResourceBookedWith(
            resource_id=self.resource_id,
            name=self.name,
            kind=self.kind,
            price_code=self.price_code,
            paid_by=paid_by,
        )

    def blocked_until(self, end: datetime) -> datetime:
        """Return when the next use may begin: the turnaround is part of what a booking blocks."""
        return end + timedelta(minutes=self.turnaround_minutes)

    def check(self, day: date, attendees: int | None) -> None:
        """Raise a refusal when nobody can book it for that day and that many people."""
        if not self.bookable:
            raise NotBookable(resource=self.name)
        if self.available_from is not None and day < self.available_from:
            begins = self.available_from.isoformat()
            raise NotYetAvailable(resource=self.name, available_from=begins, day=day.isoformat())
        if attendees is not None and self.capacity is not None and attendees > self.capacity:
            raise TooManyPeople(resource=self.name, capacity=self.capacity, attendees=attendees)


def check_together(resources: Sequence[Resource]) -> None:
    """Raise a refusal when resources cannot be booked together: of one site, and each leaf named once."""
    first, *others = resources
    claimed = dict.fromkeys(first.leaf_ids, first.name)
    for each in others:
        if each.site_id != first.site_id and each.kind != "person":  # who leads comes from anywhere
            raise OtherSite(resource=each.name, other=first.name)
        if shared := next((leaf_id for leaf_id in each.leaf_ids if leaf_id in claimed), None):
            raise AlreadyPart(resource=each.name, other=claimed[shared])
        claimed |= dict.fromkeys(each.leaf_ids, each.name)


@dataclass(frozen=True, slots=True)
class Node:
    """A resource in the tree of its site: where it stands and what it was composed of."""

    resource_id: UUID
    parent_id: UUID | None
    part_ids: tuple[UUID, ...] = ()


def leaves(nodes: Iterable[Node]) -> dict[UUID, tuple[UUID, ...]]:
    """Return, sorted, the undivided resources each is made of; itself alone where it has no parts."""
    nodes = list(nodes)
    inside = _inside(nodes)
    found: dict[UUID, frozenset[UUID]] = {}
    for node in nodes:
        _gather(node.resource_id, inside, found)
    return {resource_id: tuple(sorted(members)) for resource_id, members in found.items()}


def goes_round(new: Node, nodes: Iterable[Node]) -> bool:
    """Say whether a new resource would contain itself: whether its place is part of what it is made of.

    The parent and the parts of a resource never change, so that no other cycle can come about.
    """
    inside, seen, waiting = _inside(nodes), set[UUID](), list(new.part_ids)
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += inside.get(each, ())
    return new.parent_id in seen


def lineage(node: Node, site_id: UUID, nodes: Mapping[UUID, Node]) -> tuple[UUID, ...]:
    """Return the way from a resource up through what contains it to its site."""
    way = [node.resource_id]
    parent_id = node.parent_id
    while parent_id is not None:
        way.append(parent_id)
        parent_id = nodes[parent_id].parent_id
    return (*way, site_id)


def _inside(nodes: Iterable[Node]) -> dict[UUID, set[UUID]]:
    """Return what each resource contains or was composed of, one step down."""
    inside: dict[UUID, set[UUID]] = {}
    for node in nodes:
        inside.setdefault(node.resource_id, set()).update(node.part_ids)
        if node.parent_id is not None:
            inside.setdefault(node.parent_id, set()).add(node.resource_id)
    return inside


def _gather(
    resource_id: UUID, inside: Mapping[UUID, set[UUID]], found: dict[UUID, frozenset[UUID]]
) -> frozenset[UUID]:
    if resource_id not in found:
        parts = [_gather(part, inside, found) for part in inside.get(resource_id, ())]
        found[resource_id] = frozenset().union(*parts) if parts else frozenset({resource_id})
    return found[resource_id]
