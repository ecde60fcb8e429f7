"""Registers operators, grants and ends delegations, and notes on whose behalf an operator's staff act."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis import audit
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import NotFound
from contracts.membership import DelegationEnded, DelegationGranted, OperatorRegistered
from membership.operators import model, store
from membership.operators.model import (
    ActNotDelegated,
    DelegatedAct,
    Delegation,
    EndDelegation,
    GrantDelegation,
    Operator,
    RegisterOperator,
)
from membership.organisations import store as organisations
from membership.sites import store as sites
from membership.territories import handlers as territories


async def register_operator(tx: Tx, wanted: RegisterOperator) -> Operator:
    """Register an organisation of the territory as operator; raises NotFound, OperatorAlreadyRegistered."""
    organisation = await organisations.organisation(tx, tx.territory_id, wanted.organisation_id)
    if organisation is None:
        raise NotFound(what="organisation", id=str(wanted.organisation_id))
    operator = Operator(
        operator_id=wanted.operator_id,
        organisation_id=wanted.organisation_id,
        name=organisation.name,
        identifier=next(iter(organisation.identifiers), None),
    )
    await store.insert_operator(tx, operator)
    tx.emit(OperatorRegistered(**dict(operator)))
    return operator


async def grant_delegation(tx: Tx, wanted: GrantDelegation) -> Delegation:
    """Entrust an operator with acts on sites.

    Raises NotFound, ActAlreadyDelegated, TakingsAlreadyDelegated and what `model.granted` raises.
    """
    operator = await store.operator(tx, wanted.operator_id)
    if operator is None:
        raise NotFound(what="operator", id=str(wanted.operator_id))
    delegation = model.granted(wanted, operator, await sites.among(tx, wanted.site_ids))
    await store.insert_delegation(tx, delegation)
    tx.emit(DelegationGranted(**delegation.model_dump(exclude={"ended_on", "reason"})))
    return delegation


async def end_delegation(tx: Tx, delegation_id: UUID, wanted: EndDelegation) -> Delegation:
    """End a delegation; raises NotFound and what `model.ended` raises."""
    delegation = await store.delegation(tx, delegation_id)
    if delegation is None:
        raise NotFound(what="delegation", id=str(delegation_id))
    zone = ZoneInfo((await territories.required(tx)).zone)
    after = model.ended(delegation, wanted, (await tx.now()).astimezone(zone).date())
    await store.end(tx, after)
    tx.emit(
        DelegationEnded(
            delegation_id=delegation_id,
            operator_id=after.operator_id,
            site_ids=after.site_ids,
            ended_on=wanted.ended_on,
            reason=wanted.reason,
        )
    )
    return after


async def note_for_whom(tx: Tx, principal: Principal, site_id: UUID, act: DelegatedAct) -> None:
    """Let an operator's staff do what a delegation in force covers, and note for whom they do it.

    Others act for the territory itself and pass. Raises NotFound, ActNotDelegated.
    """
    grants = [grant for grant in principal.grants if grant.territory_id == tx.territory_id]
    operator_ids = {grant.operator_id for grant in grants if grant.operator_id}
    if not operator_ids or any(grant.role not in ("operator-staff", "member") for grant in grants):
        return
    site = await sites.site(tx, site_id)
    if site is None:
        raise NotFound(what="site", id=str(site_id))
    today = (await tx.now()).astimezone(ZoneInfo(site.zone)).date()
    covering = await store.in_force(tx, operator_ids, site_id, act, today)
    if covering is None:
        raise ActNotDelegated(act=act, today=today.isoformat())
    operator_id, delegation_id = covering
    reason = f"for operator/{operator_id} under delegation/{delegation_id}"
    await audit.record(tx, f"delegated:{act}", f"site/{site_id}", "allowed", reason)
