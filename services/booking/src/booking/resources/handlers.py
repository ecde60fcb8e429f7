"""Registers, composes and changes resources, and tells what each is made of."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from booking.releases.handlers import freed
from booking.resources import model, store
from booking.resources.model import Feature, Kind, Node, Resource
from booking.sites import store as sites
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.booking import ResourceChanged, ResourceRegistered, ResourceState
from contracts.values import Day


def _ordered(features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    return tuple(sorted(set(features)))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Capacity = Annotated[int, Field(ge=1, le=100_000)]
Turnaround = Annotated[int, Field(ge=0, le=1440)]
Features = Annotated[tuple[Feature, ...], Field(max_length=20), AfterValidator(_ordered)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Described(BaseModel):
    """What is said of a resource when it is added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_id: UUID
    site_id: UUID
    parent_id: UUID | None = None
    kind: Kind
    name: Name
    capacity: Capacity | None = None
    bookable: bool = True
    approval_required: bool = False
    turnaround_minutes: Turnaround = 0
    price_code: Code | None = None
    available_from: Day | None = None
    features: Features = ()


class RegisterResource(_Described):
    """Add a resource to a site, inside another one or at its top."""


class ComposeResource(_Described):
    """Add a resource made of others, such as the large room that two rooms become without their wall."""

    part_ids: Annotated[tuple[UUID, ...], Field(min_length=2, max_length=100)]


class ChangeResource(BaseModel):
    """Change what is said of a resource: only the fields that are sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = ""
    capacity: Capacity | None = None
    bookable: bool = True
    approval_required: bool = False
    turnaround_minutes: Turnaround = 0
    price_code: Code | None = None
    available_from: Day | None = None
    features: Features = ()


class ResourceView(ResourceState):
    """A resource as it is answered."""


async def register_resource(tx: Tx, command: RegisterResource | ComposeResource) -> ResourceView:
    """Add the resource, give those around it their new leaves, and tell all of them."""
    site = await known_site(tx, command.site_id)
    await sites.lock(tx, site.site_id)
    nodes = await store.nodes(tx, site.site_id)
    part_ids = command.part_ids if isinstance(command, ComposeResource) else ()
    node = Node(command.resource_id, command.parent_id, tuple(dict.fromkeys(part_ids)))
    _check_place(node, nodes, command)
    around = await _new_leaves(tx, site, node, nodes)
    new = Resource(
        **command.model_dump(exclude={"part_ids"}),
        part_ids=node.part_ids,
        leaf_ids=around.pop(node.resource_id),
        lineage=model.lineage(node, site.site_id, {**nodes, node.resource_id: node}),
    )
    await store.insert(tx, new)
    tx.emit(ResourceRegistered(**said(new)), site_id=str(site.site_id))
    if around:
        await store.set_leaves(tx, around)
        for changed in await store.many(tx, list(around)):
            tx.emit(ResourceChanged(**said(changed)), site_id=str(site.site_id))
    await freed(tx, new.leaf_ids, (await tx.now(), None))
    return view(new)


async def change_resource(tx: Tx, resource_id: UUID, command: ChangeResource) -> ResourceView:
    """Change what was sent; bookings already made keep what they were made under."""
    found = await known_resource(tx, resource_id)
    await sites.lock(tx, found.site_id)
    changed = replace(await known_resource(tx, resource_id), **command.model_dump(exclude_unset=True))
    await store.update(tx, changed)
    tx.emit(ResourceChanged(**said(changed)), site_id=str(changed.site_id))
    await freed(tx, changed.leaf_ids, (await tx.now(), None))
    return view(changed)


async def known_resource(tx: Tx, resource_id: UUID) -> Resource:
    """Return the resource; raises NotFound for one that the territory does not have."""
    found = await store.resource(tx, resource_id)
    if found is None:
        raise NotFound(what="resource", id=str(resource_id))
    return found


async def resource_view(tx: Tx, resource_id: UUID) -> ResourceView | None:
    found = await store.resource(tx, resource_id)
    return view(found) if found else None


async def resource_page(tx: Tx, asked: Asked, site_id: UUID | None, kind: str | None) -> Page[ResourceView]:
    page = await store.page(tx, asked, site_id, kind)
    return Page([view(item) for item in page.items], page.last)


def at_resource(principal: Principal, act: str = "resources") -> Lookup:
    """Find out where a resource is, for the decision whether the caller may act there."""

    async def look(tx: Tx, resource_id: UUID) -> Target | None:
        site = await store.site_of(tx, resource_id)
        return await target(tx, site, principal, act) if site else None

    return look


def for_person(principal: Principal, resource_id: UUID, person_id: UUID) -> Lookup:
    """Find out where a resource is, for the decision whether the caller may book it for that person."""

    async def look(tx: Tx, _new_id: UUID) -> Target:
        site = await store.site_of(tx, resource_id)
        if site is None:
            return Target(tx.territory_id, owner_id=person_id)
        return await target(tx, site, principal, owner_id=person_id)

    return look


def said(resource: Resource) -> dict[str, Any]:
    """Return the fields that every event about a resource carries."""
    return {name: getattr(resource, name) for name in ResourceState.model_fields}


def view(resource: Resource) -> ResourceView:
    return ResourceView.model_validate(said(resource))


def _check_place(node: Node, nodes: dict[UUID, Node], command: RegisterResource | ComposeResource) -> None:
    if missing := [each for each in (node.parent_id, *node.part_ids) if each and each not in nodes]:
        raise model.PartsElsewhere(site_id=str(command.site_id), resource_id=str(missing[0]))
    if node.parent_id and nodes[node.parent_id].part_ids:
        raise model.ComposedHasNoInside(name=str(node.parent_id))
    if model.goes_round(node, nodes.values()):
        raise model.MadeOfItsPlace(name=command.name)


async def _new_leaves(
    tx: Tx, site: Site, node: Node, nodes: dict[UUID, Node]
) -> dict[UUID, tuple[UUID, ...]]:
    """Return the leaves of the new resource and of those that it changes; refused where these are booked."""
    before = await store.leaves_of(tx, site.site_id)
    after = model.leaves([*nodes.values(), node])
    around = {each: ids for each, ids in after.items() if before.get(each) != ids}
    if any(len(ids) > model.MOST_LEAVES for ids in around.values()):
        raise model.TooManyLeaves(name=str(node.parent_id or node.resource_id), most=model.MOST_LEAVES)
    if booked := await store.booked(tx, list(around), await tx.now()):
        raise model.ResourceBooked(name=booked.name, bookings=booked.bookings, until=site.wall(booked.until))
    return around
