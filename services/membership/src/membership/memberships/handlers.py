"""Confirms memberships, lets them rest and go on, ends them, and shows who holds which."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import (
    Funding,
    MembershipConfirmed,
    MembershipEnded,
    MembershipResumed,
    MembershipState,
    MembershipSuspended,
)
from contracts.values import Party
from membership.affiliations import store as affiliations
from membership.agreed import handlers as agreed
from membership.agreed.model import PartnerShare
from membership.memberships import model, store
from membership.memberships.model import Membership, Proof, State, Wish
from membership.operators import handlers as operators
from membership.organisations import store as organisations
from membership.persons import store as persons
from membership.plans import handlers as plans
from membership.plans import model as plan_model
from membership.sites import store as sites

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ConfirmMembership(BaseModel):
    """Confirm that a person or an organisation is a member; the holder pays if nobody else is named.

    Without sites it holds wherever the plan does. `plan_version` is the version read. A trial is free and
    ends by itself, unless it is confirmed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    membership_id: UUID
    holder: Party
    payer: Party | None = None
    plan_id: UUID
    plan_version: int | None = None
    audience: plan_model.Code
    site_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    valid_from: date
    valid_until: date | None = None
    proof: Proof | None = None
    extra_seats: Annotated[int, Field(ge=0, le=1000)] = 0
    funding: PartnerShare | None = None
    trial: bool = False


class SuspendMembership(BaseModel):
    """Let a membership rest from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suspended_from: date
    reason: Reason | None = None


class ResumeMembership(BaseModel):
    """Let a suspended membership go on from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resumed_from: date


class EndMembership(BaseModel):
    """End a membership without notice, for a reason: the day is the first one without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date
    reason: Reason


class CancelMembership(BaseModel):
    """Give notice of a membership; without a day it ends as early as the notice allows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date | None = None
    reason: Reason | None = None


class MembershipShown(MembershipState):
    """A membership with its rights as events tell them, and what it is today."""

    suspended_from: date | None
    resumed_from: date | None
    state: State


async def confirm_membership(tx: Tx, wanted: ConfirmMembership, principal: Principal) -> MembershipShown:
    """Confirm a membership of a party that the territory knows.

    Raises TerritoryNotOpen, ActNotDelegated, MembershipOverlaps and what `model.confirmed` raises.
    """
    today = await plans.today(tx)
    await _check_sites(tx, wanted.site_ids, principal)
    payer = wanted.payer or wanted.holder
    for party in (wanted.holder, payer, *([wanted.funding.payer] if wanted.funding else [])):
        await check_known(tx, party)
    plan = plan_model.taken_on(await agreed.versions_of(tx, wanted.plan_id), wanted.valid_from)
    membership = model.confirmed((wanted.membership_id, wanted.holder, payer), plan, _wish(wanted))
    membership = await _proven(tx, membership)
    await store.insert(tx, membership)
    if wanted.trial:
        await store.begin_trial(tx, membership)
    await set_timers(tx, membership)
    tx.emit(MembershipConfirmed(confirmed_at=await tx.now(), **state(membership, wanted.valid_from)))
    return shown(membership, today)


async def suspend_membership(
    tx: Tx, membership_id: UUID, wanted: SuspendMembership, principal: Principal
) -> MembershipShown:
    """Let a membership rest; what `model.suspended` raises is refused."""
    today = await plans.today(tx)
    membership = model.suspended(await locked(tx, membership_id, principal), wanted.suspended_from, today)
    await store.update(tx, membership)
    tx.emit(MembershipSuspended(**wanted.model_dump(), **state(membership, today)))
    return shown(membership, today)


async def resume_membership(
    tx: Tx, membership_id: UUID, wanted: ResumeMembership, principal: Principal
) -> MembershipShown:
    """Let a membership go on; what `model.resumed` raises is refused."""
    today = await plans.today(tx)
    membership = model.resumed(await locked(tx, membership_id, principal), wanted.resumed_from, today)
    await store.update(tx, membership)
    tx.emit(MembershipResumed(resumed_from=wanted.resumed_from, **state(membership, today)))
    return shown(membership, today)


async def end_membership(
    tx: Tx, membership_id: UUID, wanted: EndMembership, principal: Principal
) -> MembershipShown:
    """End a membership without notice; what `model.ended` raises is refused."""
    today = await plans.today(tx)
    membership = model.ended(await locked(tx, membership_id, principal), wanted.ended_on, today)
    return await _end(tx, membership, wanted.reason, today)


async def cancel_membership(
    tx: Tx, membership_id: UUID, wanted: CancelMembership, principal: Principal
) -> MembershipShown:
    """End a membership with notice; what `model.cancelled` raises is refused."""
    today = await plans.today(tx)
    membership = model.cancelled(await locked(tx, membership_id, principal), wanted.ended_on, today)
    return await _end(tx, membership, wanted.reason, today)


async def show_membership(tx: Tx, membership_id: UUID) -> MembershipShown | None:
    """Return a membership and what it is today."""
    found = await store.membership(tx, membership_id)
    return shown(found, await plans.today(tx)) if found else None


async def list_memberships(tx: Tx, asked: Asked, holder_id: UUID | None) -> Page[MembershipShown]:
    """Return the memberships of a holder, or of all."""
    return await _page(tx, asked, [holder_id] if holder_id else None)


async def list_own(tx: Tx, asked: Asked, person_id: UUID) -> Page[MembershipShown]:
    """Return the memberships of a person, and of the organisations the person belongs to today."""
    belongs_to = await affiliations.organisations_of(tx, person_id, await plans.today(tx))
    return await _page(tx, asked, [person_id, *belongs_to])


def at_membership(principal: Principal) -> Lookup:
    """Find out whose a membership is: its holder's, or whoever stands for the organisation that holds it."""

    async def look(tx: Tx, membership_id: UUID) -> Target | None:
        found = await store.membership(tx, membership_id)
        if found is None:
            return None
        owner_id, organisation_id = found.holder.person_id, found.holder.organisation_id
        stands = organisation_id and await affiliations.stands_for(
            tx, principal.person_id, organisation_id, await plans.today(tx)
        )
        site_id = found.site_ids[0] if len(found.site_ids) == 1 else None
        return Target(tx.territory_id, site_id=site_id, owner_id=principal.person_id if stands else owner_id)

    return look


async def _page(tx: Tx, asked: Asked, holder_ids: list[UUID] | None) -> Page[MembershipShown]:
    today = await plans.today(tx)
    page = await store.memberships(tx, asked, holder_ids)
    return Page([shown(each, today) for each in page.items], page.last)


async def _end(tx: Tx, membership: Membership, reason: str | None, today: date) -> MembershipShown:
    now = await tx.now()
    await store.update(tx, membership, now)
    tx.emit(MembershipEnded(ended_at=now, reason=reason, **state(membership, today)))
    return shown(membership, today)


async def locked(tx: Tx, membership_id: UUID, principal: Principal) -> Membership:
    """Return a membership, locked for a change, noting for whom an operator acts. Raises NotFound."""
    membership = await store.locked(tx, membership_id)
    for site_id in membership.site_ids:
        await operators.note_for_whom(tx, principal, site_id, "memberships")
    return membership


async def _check_sites(tx: Tx, site_ids: tuple[UUID, ...], principal: Principal) -> None:
    known = await sites.among(tx, site_ids)
    for site_id in site_ids:
        if site_id not in known:
            raise NotFound(what="site", id=str(site_id))
        await operators.note_for_whom(tx, principal, site_id, "memberships")


async def check_known(tx: Tx, party: Party) -> None:
    """Refuse a party that the territory does not know. Raises NotFound."""
    if party.person_id is not None:
        if not await persons.is_known(tx, party.person_id):
            raise NotFound(what="person", id=str(party.person_id))
    elif party.organisation_id is not None and not await organisations.organisation(
        tx, tx.territory_id, party.organisation_id
    ):
        raise NotFound(what="organisation", id=str(party.organisation_id))


async def set_timers(tx: Tx, m: Membership) -> None:
    """Look at a membership again when its proof ends, and when its renewal is to be offered."""
    ends_alone = m.valid_until is not None and m.valid_until != m.free_until
    offered_on = m.terms_on(m.valid_until).offered_on(m.valid_until) if m.valid_until and ends_alone else None
    await agreed.set_timers(tx, m.membership_id, m.proof_until, offered_on)


def state(m: Membership, day: date) -> dict[str, Any]:
    """Return a membership as events tell it, with the terms of a day."""
    held = m.terms_on(max(day, m.valid_from))
    terms = held.plan.terms
    return {
        "membership_id": m.membership_id,
        "holder": m.holder,
        "payer": m.payer,
        "audience": held.audience,
        "plan_id": held.plan.plan_id,
        "plan_version": held.plan.version,
        "plan_name": terms.name,
        "family": terms.family,
        "cadence": terms.cadence,
        "price_code": terms.price_code,
        "site_ids": m.site_ids,
        "entitlements": plans.entitlements(terms),
        "valid_from": m.valid_from,
        "valid_until": m.valid_until,
        "free_until": m.free_until,
        "proof_until": m.proof_until,
        "seats": held.seats,
        "extra_seats": held.extra_seats,
        "funding": Funding(**held.funding.model_dump()) if held.funding else None,
    }


def shown(m: Membership, today: date) -> MembershipShown:
    """Return a membership as it is on a day."""
    days: dict[str, Any] = {
        "suspended_from": m.suspended_from,
        "resumed_from": m.resumed_from,
        "state": m.state(today),
    }
    return MembershipShown(**state(m, today), **days)


async def _proven(tx: Tx, m: Membership) -> Membership:
    return replace(m, proof_until=await agreed.proven_until(tx, m.holder, m.agreed, m.valid_from))


def _wish(wanted: ConfirmMembership) -> Wish:
    return Wish(
        wanted.audience,
        wanted.site_ids,
        wanted.valid_from,
        wanted.valid_until,
        wanted.plan_version,
        wanted.proof,
        wanted.extra_seats,
        wanted.funding,
        wanted.trial,
    )
