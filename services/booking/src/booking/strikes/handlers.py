"""Records strikes, refuses whom they suspend, and lifts one on appeal."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.people.handlers import names
from booking.policies import store as policies
from booking.policies.model import PolicyVersion
from booking.sites.handlers import target
from booking.sites.model import Site
from booking.strikes import store
from booking.strikes.model import BookingSuspended, Strike, StrikeLiftedAlready, suspension
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.booking import StrikeLifted, StrikeRecorded
from contracts.values import Day, Instant


class LiftStrike(BaseModel):
    """Lift a strike on appeal, for a reason that stays readable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class StrikeView(BaseModel):
    """A strike as it is answered, with the name of the person where the caller may know it."""

    booking_id: UUID
    person_id: UUID
    person_name: str | None = None
    site_id: UUID
    struck_on: Day
    lifted_at: Instant | None
    lift_reason: str | None


async def strike(tx: Tx, new: Strike, made_by: tuple[UUID | None, int | None]) -> None:
    """Record a strike for a no-show, where the version that the booking was made by counts them."""
    policy_id, number = made_by
    if policy_id is None or number is None:
        return
    rule = (await policies.version(tx, policy_id, number)).terms.strikes
    if rule is None:
        return
    await store.insert(tx, new)
    found = suspension(await store.counting(tx, new.person_id, new.site_id), rule)
    told = StrikeRecorded(
        booking_id=new.booking_id,
        site_id=new.site_id,
        person_id=new.person_id,
        recorded_at=await tx.now(),
        suspended_until=found.until if found and found.days[-1] == new.struck_on else None,
    )
    tx.emit(told, site_id=str(new.site_id))


async def check_not_suspended(tx: Tx, person_id: UUID, version: PolicyVersion, site: Site) -> None:
    """Raise BookingSuspended while strikes at the site keep the person from booking under this version."""
    rule = version.terms.strikes
    if rule is None:
        return
    found = suspension(await store.counting(tx, person_id, site.site_id), rule)
    if found and site.day_of(await tx.now()) < found.until:
        days = ", ".join(day.isoformat() for day in found.days)
        raise BookingSuspended(days=days, policy=version.terms.name, until=found.until.isoformat())


async def lift_strike(tx: Tx, booking_id: UUID, command: LiftStrike) -> StrikeView:
    """Lift a strike: from now on it suspends nothing. Raises NotFound, StrikeLiftedAlready."""
    found = await store.locked(tx, booking_id)
    if found is None:
        raise NotFound(what="strike", id=str(booking_id))
    if found.lifted_at is not None:
        raise StrikeLiftedAlready(lifted_at=found.lifted_at.isoformat(), reason=found.lift_reason)
    lifted = replace(found, lifted_at=await tx.now(), lift_reason=command.reason)
    await store.lift(tx, lifted)
    told = StrikeLifted(
        booking_id=booking_id,
        site_id=lifted.site_id,
        person_id=lifted.person_id,
        lifted_at=await tx.now(),
        reason=command.reason,
    )
    tx.emit(told, site_id=str(lifted.site_id))
    return _view(lifted)


async def own_strikes(tx: Tx, asked: Asked, person_id: UUID) -> Page[StrikeView]:
    page = await store.of_person(tx, asked, person_id)
    return Page([_view(each) for each in page.items], page.last)


async def strikes_of_site(tx: Tx, asked: Asked, site_id: UUID) -> Page[StrikeView]:
    """List the strikes at a site for its staff, with names, the latest first."""
    page = await store.of_site(tx, asked, site_id)
    known = await names(tx, (each.person_id for each in page.items))
    return Page([_view(each, known.get(each.person_id)) for each in page.items], page.last)


def at_strike(principal: Principal) -> Lookup:
    """Find out where a strike is, for the decision whether the caller may lift it."""

    async def look(tx: Tx, booking_id: UUID) -> Target | None:
        site = await store.site_of(tx, booking_id)
        return await target(tx, site, principal) if site else None

    return look


def _view(strike: Strike, name: str | None = None) -> StrikeView:
    values = {each: getattr(strike, each) for each in StrikeView.model_fields if each != "person_name"}
    return StrikeView(**values, person_name=name)
