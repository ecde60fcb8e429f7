"""Publishes booking policies in versions, retires them, and finds which one holds."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from booking.policies import model, store
from booking.policies.model import PolicyVersion, Terms
from booking.resources import store as resources
from booking.sites import store as sites
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.booking import BookingPolicyPublished, BookingPolicyRetired, PolicyTerms


class PublishVersion(BaseModel):
    """Publish the next version of a policy: it holds for bookings that start from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    in_force_from: date
    terms: Terms


class PublishPolicy(PublishVersion):
    """Publish a policy for a site, or for a resource with what it contains: its first version."""

    policy_id: UUID
    scope_id: UUID


class RetirePolicy(BaseModel):
    """Retire a policy: the day is the first on which bookings are no longer made by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    retired_on: date


class PolicyVersions(BaseModel):
    """Every version of a policy, the first one first."""

    model_config = ConfigDict(frozen=True)

    items: tuple[PolicyVersion, ...]


class PolicyInForce(BaseModel):
    """The version that holds, if any does."""

    model_config = ConfigDict(frozen=True)

    policy: PolicyVersion | None


class Scope(NamedTuple):
    """A site, or a resource of it: its way up to the site."""

    site: Site
    lineage: tuple[UUID, ...]


async def publish_policy(tx: Tx, wanted: PublishPolicy) -> PolicyVersion:
    """Publish the first version. Raises NotFound, PolicyInThePast, PoliciesMeet."""
    scope = await known_scope(tx, wanted.scope_id)
    await sites.lock(tx, scope.site.site_id)
    await store.insert(tx, wanted.policy_id, scope.site.site_id, wanted.scope_id)
    first = PolicyVersion(
        policy_id=wanted.policy_id,
        version=1,
        site_id=scope.site.site_id,
        scope_id=wanted.scope_id,
        in_force_from=wanted.in_force_from,
        terms=wanted.terms,
    )
    return await _publish(tx, first, scope.site)


async def publish_version(tx: Tx, policy_id: UUID, wanted: PublishVersion) -> PolicyVersion:
    """Publish the next version; bookings keep the one they were made by.

    Raises NotFound, PolicyRetiredAlready, PolicyInThePast, PoliciesMeet.
    """
    last, site = await _last(tx, policy_id)
    changes = {"version": last.version + 1, "in_force_from": wanted.in_force_from, "terms": wanted.terms}
    return await _publish(tx, last.model_copy(update=changes), site)


async def retire_policy(tx: Tx, policy_id: UUID, wanted: RetirePolicy) -> PolicyVersion:
    """Let a policy hold no more from a day on; bookings made by it keep it."""
    last, site = await _last(tx, policy_id)
    await _check_day(tx, wanted.retired_on, site)
    await store.retire(tx, policy_id, wanted.retired_on)
    retired = last.model_copy(update={"retired_on": wanted.retired_on})
    told = BookingPolicyRetired(**retired.model_dump(exclude={"in_force_from", "terms"}))
    tx.emit(told, site_id=str(site.site_id))
    return retired


async def show_policy(tx: Tx, policy_id: UUID) -> PolicyVersions | None:
    found = await store.versions(tx, policy_id)
    return PolicyVersions(items=tuple(found)) if found else None


async def list_policies(tx: Tx, asked: Asked, site_id: UUID) -> Page[PolicyVersion]:
    """List every version of the policies of a site."""
    return await store.page(tx, asked, site_id)


async def policy_in_force(tx: Tx, scope_id: UUID, day: date | None, audience: str) -> PolicyInForce:
    """Find which version holds for a site or a resource on a day, today if none is given."""
    scope = await known_scope(tx, scope_id)
    day = day or scope.site.day_of(await tx.now())
    versions = await store.of_scopes(tx, scope.lineage)
    return PolicyInForce(policy=model.in_force(versions, scope.lineage, audience, day))


async def known_scope(tx: Tx, scope_id: UUID) -> Scope:
    """Return the site or the resource that a policy is for; raises NotFound."""
    if resource := await resources.resource(tx, scope_id):
        return Scope(await known_site(tx, resource.site_id), resource.lineage)
    return Scope(await known_site(tx, scope_id), (scope_id,))


def at_scope(principal: Principal, scope_id: UUID) -> Lookup:
    """Find out at which site a scope is, for the decision whether the caller may act there."""

    async def look(tx: Tx, _object_id: UUID) -> Target:
        scope = await known_scope(tx, scope_id)
        return await target(tx, scope.site, principal, "resources")

    return look


def at_policy(principal: Principal) -> Lookup:
    """Find out at which site a policy holds."""

    async def look(tx: Tx, policy_id: UUID) -> Target | None:
        found = await store.versions(tx, policy_id)
        site = await known_site(tx, found[0].site_id) if found else None
        return await target(tx, site, principal, "resources") if site else None

    return look


async def _publish(tx: Tx, new: PolicyVersion, site: Site) -> PolicyVersion:
    await _check_day(tx, new.in_force_from, site)
    others = [each for each in await store.of_scopes(tx, [new.scope_id]) if each.policy_id != new.policy_id]
    model.check_apart(new, others)
    await store.insert_version(tx, new)
    terms = PolicyTerms.model_validate(new.terms.model_dump())
    said = new.model_dump(exclude={"retired_on", "terms"})
    tx.emit(BookingPolicyPublished(**said, terms=terms), site_id=str(site.site_id))
    return new


async def _last(tx: Tx, policy_id: UUID) -> tuple[PolicyVersion, Site]:
    """Return the last version, to be followed: one change of the site's policies at a time."""
    found = await store.versions(tx, policy_id)
    if not found:
        raise NotFound(what="policy", id=str(policy_id))
    await sites.lock(tx, found[0].site_id)
    last = (await store.versions(tx, policy_id))[-1]
    if last.retired_on is not None:
        raise model.PolicyRetiredAlready(name=last.terms.name, retired_on=last.retired_on.isoformat())
    return last, await known_site(tx, last.site_id)


async def _check_day(tx: Tx, day: date, site: Site) -> None:
    today = site.day_of(await tx.now())
    if day < today:
        raise model.PolicyInThePast(day=day.isoformat(), today=today.isoformat())
