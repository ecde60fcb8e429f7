"""Lets staff decide upon documents, and memberships follow: at once when proven, on the day a proof ends."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.db import Tx
from chassis.decisions import Principal
from chassis.timers import Timer
from contracts.membership import MembershipResumed, MembershipSuspended
from membership.agreed.model import Agreed, Change, with_change
from membership.changes.handlers import tell_change
from membership.documents import handlers as documents
from membership.documents import store as document_store
from membership.documents.handlers import AcceptDocument, DocumentRef, RefuseDocument
from membership.documents.model import Document
from membership.memberships import handlers as memberships
from membership.memberships import store
from membership.memberships.model import Membership
from membership.plans import handlers as plans
from membership.proofs import model


async def accept_document(
    tx: Tx, document_id: UUID, wanted: AcceptDocument, principal: Principal
) -> DocumentRef:
    """Accept a document; the person's memberships of its audience are proven from now on.

    Raises DocumentNotAwaited, DocumentOver, OwnDocument.
    """
    document = await documents.accept(tx, document_id, wanted, principal.person_id)
    today = await plans.today(tx)
    for membership in await store.of_person(tx, document.person_id):
        if membership.state(today) != "ended":
            await _prove(tx, membership, document, today)
    return DocumentRef(document_id=document_id, state="accepted")


async def refuse_document(
    tx: Tx, document_id: UUID, wanted: RefuseDocument, principal: Principal
) -> DocumentRef:
    """Refuse a document; memberships keep the days they have. Raises DocumentNotAwaited, OwnDocument."""
    return await documents.refuse(tx, document_id, wanted, principal.person_id)


async def end_proof(tx: Tx, timer: Timer) -> None:
    """Let a membership lose its audience on the day its proof ends, or its rights rest, as its plan says."""
    found = await store.membership(tx, UUID(timer.timer_id))
    if found is None or found.proof_until is None:
        return
    membership = await store.locked(tx, found.membership_id)
    day, today = membership.proof_until, await plans.today(tx)
    if day is None or day > today or (membership.valid_until is not None and day >= membership.valid_until):
        return
    until = await _accepted_until(tx, membership, membership.terms_on(day))
    if until is not None and until > day:
        await _look_again(tx, replace(membership, proof_until=until))
        return
    terms = model.unproven(membership, day)
    if terms is None:
        await _suspend(tx, membership, day, today)
        return
    following = replace(membership, proof_until=model.next_to_prove(membership, day))
    if terms == membership.terms_on(day):
        await _look_again(tx, following)
    else:
        await _change(tx, following, model.unproven_from(day, terms), today)


async def _prove(tx: Tx, membership: Membership, document: Document, today: date) -> None:
    terms, audience = membership.terms_on(max(today, membership.valid_from)), document.audience
    rule = terms.plan.terms.proof_of(audience)
    if rule is None or document.kind not in rule.kinds or document.valid_until is None:
        return
    until = await document_store.accepted_until(tx, document.person_id, audience, rule.kinds)
    if until is None:
        return
    proven, back, rests = model.proven(membership, until, today)
    if back is not None and back.audience == audience:
        await _change(tx, proven, model.proven_from(max(today, membership.valid_from), back), today)
    elif terms.audience == audience:
        if rests:
            proven = await _resume(tx, proven, today)
        await _look_again(tx, proven)


async def _accepted_until(tx: Tx, membership: Membership, terms: Agreed) -> date | None:
    rule, person_id = terms.plan.terms.proof_of(terms.audience), membership.holder.person_id
    if rule is None or person_id is None:
        return None
    return await document_store.accepted_until(tx, person_id, terms.audience, rule.kinds)


async def _look_again(tx: Tx, membership: Membership) -> None:
    await store.update(tx, membership)
    await memberships.set_timers(tx, membership)


async def _change(tx: Tx, membership: Membership, change: Change, today: date) -> None:
    """Change the audience from a day on; what was agreed for later days is agreed again."""
    later = model.after(membership, change.changed_from)
    membership = replace(membership, changes=with_change(membership.changes, change))
    await tell_change(tx, membership, today)
    for each in later:
        membership = replace(membership, changes=(*membership.changes, each))
        await tell_change(tx, membership, today)


async def _suspend(tx: Tx, membership: Membership, day: date, today: date) -> None:
    if membership.suspended_from is not None and membership.resumed_from is None:
        return
    resting = replace(membership, suspended_from=day, resumed_from=None)
    await store.update(tx, resting)
    tx.emit(MembershipSuspended(suspended_from=day, **memberships.state(resting, today)))


async def _resume(tx: Tx, membership: Membership, today: date) -> Membership:
    resumed = replace(membership, resumed_from=today)
    tx.emit(MembershipResumed(resumed_from=today, **memberships.state(resumed, today)))
    return resumed
