"""Finds what terms stand on: versions of a plan, the document that proves, the days to look again."""

from datetime import date
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.timers import set_timer, unset_timer
from contracts.values import Party
from membership.agreed import model
from membership.agreed.model import Agreed
from membership.documents import store as documents
from membership.plans import handlers as plans
from membership.plans import store
from membership.plans.model import PlanVersion

PROOF: Final = "membership-proof"  # timer: a proof ends
RENEWAL: Final = "membership-renewal"  # timer: a further term is to be offered


async def versions_of(tx: Tx, plan_id: UUID) -> list[PlanVersion]:
    """Return the versions of a plan; raises NotFound."""
    versions = await store.versions(tx, plan_id)
    if not versions:
        raise NotFound(what="plan", id=str(plan_id))
    return versions


async def proven_until(tx: Tx, holder: Party, terms: Agreed, day: date) -> date | None:
    """Return the first day on which an audience is not proven, None where it need not be.

    Raises ProofAwaited.
    """
    rule, person_id = terms.plan.terms.proof_of(terms.audience), holder.person_id
    accepted = None
    if rule and person_id:
        accepted = await documents.accepted_until(tx, person_id, terms.audience, rule.kinds)
    return model.proven_until(rule, accepted, day)


async def set_timers(tx: Tx, membership_id: UUID, proof_until: date | None, offered_on: date | None) -> None:
    """Look at a membership again when its proof ends, and when its renewal is to be offered."""
    for timer, day in ((PROOF, proof_until), (RENEWAL, offered_on)):
        if day:
            await set_timer(tx, timer, membership_id, await plans.midnight(tx, day))
        else:
            await unset_timer(tx, timer, membership_id)
