"""Registers controllers at sites and gives badges to people."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.controllers import model, store
from booking.sites.handlers import known_site, target
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound


class RegisterController(BaseModel):
    """Let a program at a site watch over its machines."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    controller_id: UUID
    site_id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class RevokeController(BaseModel):
    """Let a controller in no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GiveBadge(BaseModel):
    """Let a person be known by a badge, as a reader reads it; the staff of its site take it back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    badge_id: UUID
    site_id: UUID
    person_id: UUID
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=100)]


class TakeBadge(BaseModel):
    """Take a badge back: it opens nothing any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ControllerView(BaseModel):
    """A controller; its token stands in the answer that registers it, and nowhere else."""

    controller_id: UUID
    site_id: UUID
    name: str
    token: str | None = None


class BadgeView(BaseModel):
    """Who holds a badge."""

    badge_id: UUID
    person_id: UUID


async def register_controller(tx: Tx, command: RegisterController, token: str) -> ControllerView:
    """Keep the controller by the digest of its token."""
    await known_site(tx, command.site_id)
    values = (command.site_id, command.name, model.digest(token), await tx.now())
    await store.insert(tx, command.controller_id, *values)
    return ControllerView(**command.model_dump())


async def revoke_controller(tx: Tx, controller_id: UUID, _command: RevokeController) -> None:
    """Let it fetch and tell nothing more; what it holds runs out within a day."""
    if not await store.revoke(tx, controller_id, await tx.now()):
        raise NotFound(what="controller", id=str(controller_id))


async def give_badge(tx: Tx, command: GiveBadge) -> BadgeView:
    """Keep who holds the badge. Raises BadgeHeld."""
    await known_site(tx, command.site_id)
    digest = model.badge_digest(tx.territory_id, command.code)
    values = (command.site_id, command.person_id, digest, await tx.now())
    if not await store.give(tx, command.badge_id, *values):
        raise model.BadgeHeld
    return BadgeView(badge_id=command.badge_id, person_id=command.person_id)


async def take_badge(tx: Tx, badge_id: UUID, _command: TakeBadge) -> None:
    """Take the badge back; controllers learn it with their next fetch."""
    if not await store.take(tx, badge_id, await tx.now()):
        raise NotFound(what="badge", id=str(badge_id))


async def controlled_site(tx: Tx, token: str) -> UUID:
    """Return the site of the controller that sends this token; raises ControllerUnknown."""
    site_id = await store.site_by(tx, model.digest(token))
    if site_id is None:
        raise model.ControllerUnknown
    return site_id


def at_thing(principal: Principal) -> Lookup:
    """Find out where a controller or a badge is, for the decision whether the caller may act on it."""

    async def look(tx: Tx, thing_id: UUID) -> Target | None:
        site_id = await store.site_of(tx, thing_id)
        if site_id is None:
            return None
        return await target(tx, await known_site(tx, site_id), principal, "resources")

    return look
