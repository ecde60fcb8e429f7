"""Changes the terms of memberships, lets them go on after their end, and offers a further term."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.db import Tx
from chassis.decisions import Principal
from chassis.timers import Timer
from contracts.membership import (
    MembershipPlanChanged,
    MembershipRenewalOffered,
    MembershipRenewed,
    MembershipResumed,
    MembershipSuspended,
)
from contracts.values import CivilPeriod
from membership.agreed import handlers as agreed
from membership.agreed.model import Agreed, Change, PartnerShare, Reason, months_after
from membership.changes import model
from membership.changes.model import SeatsStillGiven, When
from membership.memberships import handlers as memberships
from membership.memberships import store
from membership.memberships.handlers import MembershipShown, ResumeMembership, SuspendMembership
from membership.memberships.model import DayInThePast, Membership
from membership.plans import handlers as plans
from membership.plans import model as plan_model
from membership.plans.model import Code
from membership.seats import store as seats

How = Literal["offer_accepted", "trial_confirmed", "notice_withdrawn", "reactivated"]


class ChangePlan(BaseModel):
    """Change to another plan or version, another audience or number of seats: what is left out stays.

    At once, the billing period under way is charged by its civil days, each day under its own terms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan_id: UUID | None = None
    plan_version: int | None = None
    audience: Code | None = None
    extra_seats: Annotated[int | None, Field(ge=0, le=1000)] = None
    when: When = "next_cycle"


class FundMembership(BaseModel):
    """Have a partner pay its share from a day on, or nobody but the payer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    funding: PartnerShare | None
    funded_from: date


class GoOn(BaseModel):
    """Let a membership go on: accept a further term, confirm a trial, or withdraw a notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReactivateMembership(BaseModel):
    """Take up a membership that had ended, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reactivated_from: date


class Outlook(BaseModel):
    """What may be done with a membership, and the days that count."""

    model_config = ConfigDict(frozen=True)

    membership_id: UUID
    next_cycle: date
    earliest_end: date
    notice_days: int
    notice_given: bool
    on_trial: bool
    renewal_from: date | None
    changes: tuple["ChangeShown", ...]


class ChangeShown(BaseModel):
    """Terms that hold from a day on."""

    model_config = ConfigDict(frozen=True)

    changed_from: date
    plan_id: UUID
    plan_version: int
    plan_name: dict[str, str]
    audience: str
    extra_seats: int
    reason: str


async def change_plan(
    tx: Tx, membership_id: UUID, wanted: ChangePlan, principal: Principal
) -> MembershipShown:
    """Change a membership's plan; raises what `model.to_plan`, `model.changed` raise, SeatsStillGiven."""
    today = await plans.today(tx)
    membership = await memberships.locked(tx, membership_id, principal)
    day = model.first_day(membership, wanted.when, today)
    now = membership.terms_on(day)
    plan = now.plan
    if wanted.plan_id is not None:
        found = plan_model.taken_on(await agreed.versions_of(tx, wanted.plan_id), day)
        plan = model.to_plan(membership, found, wanted.plan_version, day)
    extra = now.extra_seats if wanted.extra_seats is None else wanted.extra_seats
    new = Agreed(plan, wanted.audience or now.audience, extra, now.funding)
    reason: Reason = "seats" if wanted.plan_id is None and wanted.audience is None else "asked"
    membership = model.changed(membership, new, day, reason)
    await _check_seats(tx, membership, new, day)
    if (new.plan, new.audience) != (now.plan, now.audience):
        membership = await _proven(tx, membership, new, day)
    return await tell_change(tx, membership, today)


async def fund_membership(
    tx: Tx, membership_id: UUID, wanted: FundMembership, principal: Principal
) -> MembershipShown:
    """Have a partner pay its share; raises what `model.changed` raises, and DayInThePast."""
    today = await plans.today(tx)
    membership = await memberships.locked(tx, membership_id, principal)
    if wanted.funding:
        await memberships.check_known(tx, wanted.funding.payer)
    earliest = max(today, membership.valid_from)
    if wanted.funded_from < earliest:
        raise DayInThePast(day=str(wanted.funded_from), earliest=str(earliest))
    new = replace(membership.terms_on(wanted.funded_from), funding=wanted.funding)
    return await tell_change(tx, model.changed(membership, new, wanted.funded_from, "funding"), today)


async def renew_membership(
    tx: Tx, membership_id: UUID, _wanted: GoOn, principal: Principal
) -> MembershipShown:
    """Accept a further term; raises what `model.renewed` raises."""
    today = await plans.today(tx)
    membership = model.renewed(await memberships.locked(tx, membership_id, principal), today)
    return await _go_on(tx, membership, "offer_accepted", today)


async def confirm_trial(tx: Tx, membership_id: UUID, _wanted: GoOn, principal: Principal) -> MembershipShown:
    """Let a trial become a membership that is charged; raises what `model.trial_confirmed` raises."""
    today = await plans.today(tx)
    membership = model.trial_confirmed(await memberships.locked(tx, membership_id, principal), today)
    return await _go_on(tx, membership, "trial_confirmed", today)


async def withdraw_notice(
    tx: Tx, membership_id: UUID, _wanted: GoOn, principal: Principal
) -> MembershipShown:
    """Withdraw a notice before its day; raises what `model.notice_withdrawn` raises."""
    today = await plans.today(tx)
    membership = model.notice_withdrawn(await memberships.locked(tx, membership_id, principal), today)
    return await _go_on(tx, membership, "notice_withdrawn", today)


async def pause_membership(
    tx: Tx, membership_id: UUID, wanted: SuspendMembership, principal: Principal
) -> MembershipShown:
    """Let a membership rest by its holder's wish; raises what `model.paused` raises."""
    today = await plans.today(tx)
    membership = await memberships.locked(tx, membership_id, principal)
    membership = model.paused(membership, wanted.suspended_from, today)
    await store.update(tx, membership)
    tx.emit(MembershipSuspended(**wanted.model_dump(), **memberships.state(membership, today)))
    return memberships.shown(membership, today)


async def take_up_membership(
    tx: Tx, membership_id: UUID, wanted: ResumeMembership, principal: Principal
) -> MembershipShown:
    """End a pause; raises what `model.taken_up` raises."""
    today = await plans.today(tx)
    membership = await memberships.locked(tx, membership_id, principal)
    membership = model.taken_up(membership, wanted.resumed_from, today)
    await store.update(tx, membership)
    tx.emit(MembershipResumed(resumed_from=wanted.resumed_from, **memberships.state(membership, today)))
    return memberships.shown(membership, today)


async def reactivate_membership(
    tx: Tx, membership_id: UUID, wanted: ReactivateMembership, principal: Principal
) -> MembershipShown:
    """Take up a membership that had ended; raises what `model.reactivated` raises, and MembershipOverlaps."""
    today = await plans.today(tx)
    before = await memberships.locked(tx, membership_id, principal)
    after = model.reactivated(before, wanted.reactivated_from, today)
    ended = before.valid_until or today
    without = (
        CivilPeriod(start=ended, end=wanted.reactivated_from) if wanted.reactivated_from > ended else None
    )
    return await _go_on(tx, after, "reactivated", today, without)


async def offer_renewal(tx: Tx, timer: Timer) -> None:
    """Tell that a membership for a fixed term can go on."""
    membership = await store.membership(tx, UUID(timer.timer_id))
    until = membership.valid_until if membership else None
    if membership is None or until is None or membership.notice:
        return
    terms = membership.terms_on(until)
    today = await plans.today(tx)
    if terms.plan.terms.term_months and today < until:
        renewed_until = months_after(until, terms.plan.terms.term_months)
        offered = MembershipRenewalOffered(
            answer_by=until, renewed_until=renewed_until, **memberships.state(membership, today)
        )
        tx.emit(offered)


async def outlook(tx: Tx, membership_id: UUID) -> Outlook | None:
    """Return what may be done with a membership today."""
    m = await store.membership(tx, membership_id)
    if m is None:
        return None
    today = await plans.today(tx)
    until = m.valid_until
    terms = m.terms_on(until or today)
    return Outlook(
        membership_id=membership_id,
        next_cycle=model.first_day(m, "next_cycle", today),
        earliest_end=m.earliest_end(today, notice=True),
        notice_days=m.terms_on(today).plan.terms.notice_days,
        notice_given=m.notice,
        on_trial=m.free_until is not None and m.free_until == until and today < m.free_until,
        renewal_from=terms.offered_on(until) if until and until != m.free_until and not m.notice else None,
        changes=tuple(_change(each) for each in m.changes),
    )


async def tell_change(tx: Tx, membership: Membership, today: date) -> MembershipShown:
    """Keep the last change of a membership and tell it, looking again at its proof and its renewal."""
    change = membership.changes[-1]
    await store.change(tx, membership, change)
    await store.update(tx, membership)
    await memberships.set_timers(tx, membership)
    tx.emit(
        MembershipPlanChanged(
            changed_from=change.changed_from,
            reason=change.reason,
            decided_at=await tx.now(),
            **memberships.state(membership, change.changed_from),
        )
    )
    return memberships.shown(membership, today)


async def _go_on(
    tx: Tx, membership: Membership, how: How, today: date, without: CivilPeriod | None = None
) -> MembershipShown:
    await store.prolong(tx, membership)
    await memberships.set_timers(tx, membership)
    told = memberships.state(membership, today)
    tx.emit(MembershipRenewed(how=how, without=without, renewed_at=await tx.now(), **told))
    return memberships.shown(membership, today)


async def _proven(tx: Tx, membership: Membership, new: Agreed, day: date) -> Membership:
    """Note until when the new audience is proven; an earlier end of the terms before is looked at first."""
    until = await agreed.proven_until(tx, membership.holder, new, day)
    if membership.proof_until and membership.proof_until < day:
        return membership
    return replace(membership, proof_until=until)


async def _check_seats(tx: Tx, membership: Membership, new: Agreed, day: date) -> None:
    given = await seats.most_given(tx, membership.membership_id, day)
    if new.seats is not None and given > new.seats:
        raise SeatsStillGiven(given=given, asked=new.seats, day=str(day))


def _change(change: Change) -> ChangeShown:
    plan = change.agreed.plan
    return ChangeShown(
        changed_from=change.changed_from,
        plan_id=plan.plan_id,
        plan_version=plan.version,
        plan_name=plan.terms.name.model_dump(),
        audience=change.agreed.audience,
        extra_seats=change.agreed.extra_seats,
        reason=change.reason,
    )
