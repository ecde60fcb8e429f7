"""Publishes plans in versions, retires them, and shows what can be taken."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import Entitlement, PlanPublished, PlanRetired
from membership.plans import model, store
from membership.plans.model import PlanVersion, Terms
from membership.territories import handlers as territories


class PublishPlan(Terms):
    """Publish a plan: its first version."""

    plan_id: UUID

    @property
    def terms(self) -> Terms:
        return Terms(**self.model_dump(exclude={"plan_id"}))


class RetirePlan(BaseModel):
    """Retire a plan: the day is the first one on which it cannot be taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    retired_on: date


class Versions(BaseModel):
    """Every version of a plan, the first one first."""

    model_config = ConfigDict(frozen=True)

    items: tuple[PlanVersion, ...]


async def publish_plan(tx: Tx, wanted: PublishPlan) -> PlanVersion:
    """Publish the first version of a plan. Raises TerritoryNotOpen, and NotFound for an unknown site."""
    await territories.required(tx)
    await store.insert(tx, wanted.plan_id, wanted.family)
    return await _publish(tx, wanted.plan_id, 1, wanted.terms)


async def publish_version(tx: Tx, plan_id: UUID, terms: Terms) -> PlanVersion:
    """Publish the next version of a plan; memberships keep the one they were taken in.

    Raises FamilyFixed, VersionOutOfOrder, PlanRetiredAlready, and NotFound for an unknown site.
    """
    known = await _locked(tx, plan_id)
    return await _publish(tx, plan_id, model.following(known, terms), terms)


async def retire_plan(tx: Tx, plan_id: UUID, wanted: RetirePlan) -> PlanVersion:
    """Retire a plan; memberships go on. Raises PlanRetiredAlready, RetirementInThePast."""
    known = await _locked(tx, plan_id)
    last = model.retired(known[-1], wanted.retired_on, await today(tx))
    await store.retire(tx, plan_id, wanted.retired_on)
    tx.emit(PlanRetired(plan_id=plan_id, version=last.version, retired_on=wanted.retired_on))
    return last


async def show_plan(tx: Tx, plan_id: UUID) -> Versions | None:
    """Return every version of a plan."""
    known = await store.versions(tx, plan_id)
    return Versions(items=tuple(known)) if known else None


async def list_plans(tx: Tx, asked: Asked, day: date | None, audience: str) -> Page[PlanVersion]:
    """Return what can be taken on a day, today if none is given. Raises TerritoryNotOpen."""
    return await store.plans(tx, asked, day or await today(tx), audience)


async def today(tx: Tx) -> date:
    """Return the civil day of the territory, by its business time. Raises TerritoryNotOpen."""
    zone = ZoneInfo((await territories.required(tx)).zone)
    return (await tx.now()).astimezone(zone).date()


async def midnight(tx: Tx, day: date) -> datetime:
    """Return the first instant of a civil day of the territory. Raises TerritoryNotOpen."""
    return datetime.combine(day, time(), ZoneInfo((await territories.required(tx)).zone))


def entitlements(terms: Terms) -> tuple[Entitlement, ...]:
    """Return the rights of a plan as events carry them."""
    return tuple(Entitlement(**each.model_dump()) for each in terms.entitlements)


async def _publish(tx: Tx, plan_id: UUID, version: int, terms: Terms) -> PlanVersion:
    await store.insert_version(tx, plan_id, version, terms)
    tx.emit(
        PlanPublished(
            plan_id=plan_id,
            version=version,
            name=terms.name,
            family=terms.family,
            audiences=terms.audiences,
            proof_required=terms.proof is not None or bool(terms.proofs),
            site_ids=terms.site_ids,
            cadence=terms.cadence,
            price_code=terms.price_code,
            entitlements=entitlements(terms),
            valid_from=terms.valid_from,
            seats=terms.seats.included if terms.seats else None,
        )
    )
    return PlanVersion(plan_id=plan_id, version=version, terms=terms)


async def _locked(tx: Tx, plan_id: UUID) -> list[PlanVersion]:
    if not await store.lock(tx, plan_id):
        raise NotFound(what="plan", id=str(plan_id))
    return await store.versions(tx, plan_id)
