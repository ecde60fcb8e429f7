"""Lets persons lead sessions, and finds the resource that stands for each."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from booking.leaders import store
from booking.leaders.model import AlreadyLeads, NobodyToLead
from booking.people.handlers import names
from booking.resources.handlers import Name, RegisterResource, register_resource
from chassis.db import Tx
from chassis.pages import Asked, Page
from chassis.privacy import know


class LeadSessions(BaseModel):
    """Let a person lead sessions: a resource of their own keeps them from being in two places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_id: UUID
    person_id: UUID
    name: Name


class LeaderView(BaseModel):
    """Who may lead sessions; `name` is what their resource is called, `person_name` opens for staff."""

    person_id: UUID
    resource_id: UUID
    name: str
    person_name: str | None = None


async def leaf_of(tx: Tx, trainer_id: UUID | None) -> tuple[UUID, ...]:
    """Return the resource that stands for who leads. Raises NobodyToLead."""
    if trainer_id is None:
        return ()
    found = await store.leaf_of(tx, trainer_id)
    if found is None:
        raise NobodyToLead(person_id=str(trainer_id))
    return (found,)


async def lead_sessions(tx: Tx, site_id: UUID, command: LeadSessions) -> LeaderView:
    """Give the person a resource of their own, with hours of its own if they are set. Raises AlreadyLeads."""
    await know(tx, command.person_id)
    said_of_it = RegisterResource(
        resource_id=command.resource_id, site_id=site_id, kind="person", name=command.name
    )
    await register_resource(tx, said_of_it)
    if not await store.name_leader(tx, command.person_id, command.resource_id):
        raise AlreadyLeads(person_id=str(command.person_id))
    return LeaderView(**command.model_dump())


async def leader_page(tx: Tx, asked: Asked) -> Page[LeaderView]:
    """List who may lead sessions, with names where they open."""
    page = await store.leaders(tx, asked)
    known = await names(tx, (person_id for person_id, _, _ in page.items))
    return Page(
        [
            LeaderView(person_id=one, resource_id=leaf, name=name, person_name=known.get(one))
            for one, leaf, name in page.items
        ],
        page.last,
    )
