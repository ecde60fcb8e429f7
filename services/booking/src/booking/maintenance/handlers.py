"""Sets and retires rules of maintenance, notes what was done, and keeps what is due from being started."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.machines.handlers import known_machine
from booking.maintenance import model, store
from booking.maintenance.model import MaintenanceDue, Rule, Standing, State
from booking.maintenance.store import Counted, Done
from booking.people.handlers import names
from booking.resources import store as resources
from booking.resources.handlers import known_resource
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from contracts.booking import MaintenanceDone, MaintenanceRuleRetired, MaintenanceRuleSet
from contracts.values import Instant

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SetMaintenanceRule(BaseModel):
    """Say what is to be done at a machine every so many hours of use, months, or both: whichever is first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: UUID
    resource_id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    every_hours: Annotated[int, Field(ge=1, le=100_000)] | None = None
    every_months: Annotated[int, Field(ge=1, le=120)] | None = None
    blocks: bool = False  # whether the machine cannot be started while it is due

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if self.every_hours is None and self.every_months is None:
            raise ValueError("give the hours of use, the months, or both")
        return self


class RetireMaintenanceRule(BaseModel):
    """End a rule: nothing is due by it any more, and what was done stays known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordMaintenance(BaseModel):
    """Note that what a rule asks for was done, now or before, and in words what it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    maintenance_id: UUID
    rule_id: UUID
    done_at: Instant | None = None
    note: Words


class MaintenanceRuleView(BaseModel):
    """A rule as it stands: what was used since it was last done, or set, and whether it is due."""

    rule_id: UUID
    resource_id: UUID
    resource_name: str
    site_id: UUID
    name: str
    every_hours: int | None
    every_months: int | None
    blocks: bool
    set_at: Instant
    retired_at: Instant | None
    done_at: Instant | None
    minutes: int
    due_on: date | None
    due_since: date | None
    state: State


class MaintenanceRef(BaseModel):
    """Which maintenance was noted, of which rule; an answer that is kept holds no words."""

    maintenance_id: UUID
    rule_id: UUID
    resource_id: UUID
    done_at: Instant


class MaintenanceView(MaintenanceRef):
    """One time that it was done, by whom, where that name still opens, and what they noted."""

    resource_name: str
    name: str
    done_by: UUID
    done_by_name: str | None
    note: str


async def set_rule(tx: Tx, command: SetMaintenanceRule) -> MaintenanceRuleView:
    """Keep a rule for a machine, counted from now on. Raises NoMachine, IdReused."""
    resource, now = await known_resource(tx, command.resource_id), await tx.now()
    await known_machine(tx, resource)
    values = {**command.model_dump(), "resource_name": resource.name, "site_id": resource.site_id}
    new = Rule(**values, set_at=now)
    await store.insert(tx, new)
    tx.emit(MaintenanceRuleSet(**_said(new, MaintenanceRuleSet)), site_id=str(new.site_id))
    return await _as_it_stands(tx, new.rule_id)


async def retire_rule(tx: Tx, rule_id: UUID, _command: RetireMaintenanceRule) -> MaintenanceRuleView:
    """End a rule. Raises MaintenanceRuleOver."""
    rule, site = await _known(tx, rule_id)
    retired = rule.retired(await tx.now(), site)
    await store.retire(tx, retired)
    tx.emit(MaintenanceRuleRetired(**_said(retired, MaintenanceRuleRetired)), site_id=str(rule.site_id))
    return await _as_it_stands(tx, rule_id)


async def record_maintenance(tx: Tx, command: RecordMaintenance, principal: Principal) -> MaintenanceRef:
    """Note that it was done: what is due is counted anew. Raises MaintenanceRuleOver, MaintenanceToCome."""
    rule, site = await _known(tx, command.rule_id)
    rule.check_holds(site)
    now = await tx.now()
    done_at = command.done_at or now
    model.check_done(done_at, now, site)
    await know(tx, principal.person_id)
    done = (done_at, principal.person_id, command.note)
    await store.insert_done(tx, command.maintenance_id, rule, done)
    ref = MaintenanceRef(
        maintenance_id=command.maintenance_id,
        rule_id=rule.rule_id,
        resource_id=rule.resource_id,
        done_at=done_at,
    )
    tx.emit(MaintenanceDone(**ref.model_dump(), site_id=rule.site_id), site_id=str(rule.site_id))
    return ref


async def rule_page(tx: Tx, asked: Asked, site_id: UUID) -> Page[MaintenanceRuleView]:
    """List the rules that hold at a site and how each stands, by machine and name."""
    page, site = await store.page(tx, asked, site_id), await known_site(tx, site_id)
    now = await tx.now()
    return Page([_view(_standing(each, now, site)) for each in page.items], page.last)


async def done_page(tx: Tx, asked: Asked, site_id: UUID, resource_id: UUID | None) -> Page[MaintenanceView]:
    """List what was done at a site, the last one first, at one machine if asked."""
    page = await store.done_page(tx, asked, site_id, resource_id)
    known = await names(tx, {each.done_by for each in page.items})
    return Page([_done_view(each, known.get(each.done_by)) for each in page.items], page.last)


async def check_maintained(tx: Tx, resource_id: UUID, site: Site) -> None:
    """Raise MaintenanceDue for a machine that a rule keeps from being started."""
    if found := (await refusals(tx, [resource_id], site)).get(resource_id):
        raise found


async def refusals(tx: Tx, resource_ids: Sequence[UUID], site: Site) -> dict[UUID, MaintenanceDue]:
    """Return why machines of a site cannot be started, by machine: the longest due first."""
    now = await tx.now()
    standings = [_standing(each, now, site) for each in await store.blocking(tx, resource_ids)]
    due = sorted(
        (each for each in standings if each.blocks), key=lambda each: str(each.due_since), reverse=True
    )
    return {each.rule.resource_id: each.refuse() for each in due}


async def blocked_from(tx: Tx, resource_id: UUID, site: Site) -> datetime | None:
    """Return from when on a machine cannot be started, as far as it is known; None if nothing says so."""
    now = await tx.now()
    found = await store.blocking(tx, [resource_id])
    starts = (_standing(each, now, site).blocks_from(now, site) for each in found)
    return min((each for each in starts if each is not None), default=None)


def at_rule(principal: Principal) -> Lookup:
    """Find out where the machine of a rule is, for the decision whether the caller may act there."""

    async def look(tx: Tx, rule_id: UUID) -> Target | None:
        site = await store.site_of(tx, rule_id)
        return await target(tx, site, principal, "resources") if site else None

    return look


def at_machine(principal: Principal, resource_id: UUID) -> Lookup:
    """Find out where a machine is, for the decision whether the caller may set a rule for it."""

    async def look(tx: Tx, _rule_id: UUID) -> Target:
        site = await resources.site_of(tx, resource_id)
        return await target(tx, site, principal, "resources") if site else Target(tx.territory_id)

    return look


def by_rule(principal: Principal, rule_id: UUID) -> Lookup:
    """Find out where the machine of a rule is, for the decision whether the caller may look after it."""

    async def look(tx: Tx, _maintenance_id: UUID) -> Target:
        return await at_rule(principal)(tx, rule_id) or Target(tx.territory_id)

    return look


async def _known(tx: Tx, rule_id: UUID) -> tuple[Rule, Site]:
    """Return the rule, locked, and where its machine is; raises NotFound."""
    found = await store.locked(tx, rule_id)
    if found is None:
        raise NotFound(what="maintenance rule", id=str(rule_id))
    return found, await known_site(tx, found.site_id)


async def _as_it_stands(tx: Tx, rule_id: UUID) -> MaintenanceRuleView:
    found = await store.counted(tx, rule_id)
    if found is None:
        raise NotFound(what="maintenance rule", id=str(rule_id))
    return _view(_standing(found, await tx.now(), await known_site(tx, found.rule.site_id)))


def _standing(counted: Counted, now: datetime, site: Site) -> Standing:
    return model.standing(counted.rule, counted.done_at, counted.uses, now, site)


def _said(rule: Rule, fact: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in fact.model_fields}


def _view(standing: Standing) -> MaintenanceRuleView:
    of_rule = {name: getattr(standing.rule, name) for name in standing.rule.__slots__}
    counted = {
        name: getattr(standing, name) for name in ("done_at", "minutes", "due_on", "due_since", "state")
    }
    return MaintenanceRuleView(**of_rule, **counted)


def _done_view(done: Done, name: str | None) -> MaintenanceView:
    return MaintenanceView(**done._asdict(), done_by_name=name)
