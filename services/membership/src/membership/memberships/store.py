"""Owns the SQL of memberships; the database admits no two of one holder, family, site and day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party
from membership.agreed.model import Agreed, Change, PartnerShare, TrialTaken
from membership.memberships.model import Membership, MembershipOverlaps, Proof
from membership.plans.model import PlanVersion

ORDER: Final = Order("m.valid_from date", "m.membership_id uuid", descending=True)


async def insert(tx: Tx, membership: Membership) -> None:
    """Keep a membership; raises IdReused, MembershipOverlaps."""
    m = membership
    parties = (m.holder.person_id, m.holder.organisation_id, m.payer.person_id, m.payer.organisation_id)
    plan = (*_terms(m.agreed), list(m.site_ids))
    days = (m.valid_from, m.valid_until, m.free_until, m.proof_until)
    proof = m.proof.model_dump_json() if m.proof else None
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, tx.territory_id, m.membership_id, *parties, *plan, proof, *days)
            await tx.execute(_INSERT_SCOPES, *_scopes(tx, m))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(m.membership_id)) from None
    except asyncpg.ExclusionViolationError:
        raise await _overlap(tx, m) from None


async def update(tx: Tx, membership: Membership, ended_at: datetime | None = None) -> None:
    """Keep a suspension, a resumption or an end; from the day it ends, another may take its place."""
    m = membership
    days = (
        m.valid_until,
        m.suspended_from,
        m.resumed_from,
        ended_at,
        m.proof_until,
        m.notice,
        m.ended_before,
        m.paused,
    )
    await tx.execute(_UPDATE, tx.territory_id, m.membership_id, *days)
    if ended_at is not None:
        await tx.execute(_FREE, tx.territory_id, m.membership_id, m.valid_until)
        await tx.execute(_SHORTEN, tx.territory_id, m.membership_id, m.valid_until)


async def change(tx: Tx, membership: Membership, new: Change) -> None:
    """Keep terms that hold from a day on; those kept for that day and later no longer hold."""
    identity = (tx.territory_id, membership.membership_id, new.changed_from)
    await tx.execute(_VOID, *identity)
    await tx.execute(_CHANGE, *identity, new.reason, *_terms(new.agreed))


async def prolong(tx: Tx, membership: Membership) -> None:
    """Keep that a membership goes on; raises MembershipOverlaps where another has taken its place."""
    m = membership
    days = (m.valid_until, m.suspended_from, m.resumed_from, m.free_until)
    await tx.execute(_PROLONG, tx.territory_id, m.membership_id, *days)
    try:
        async with tx.attempt():
            await tx.execute(_UNSCOPE, tx.territory_id, m.membership_id)
            await tx.execute(_INSERT_SCOPES, *_scopes(tx, m))
    except asyncpg.ExclusionViolationError:
        raise await _overlap(tx, m) from None


async def delete(tx: Tx, membership_id: UUID) -> None:
    """Let nothing be left of a membership that nothing was built upon."""
    await tx.execute(_UNSCOPE, tx.territory_id, membership_id)
    await tx.execute(_DELETE, tx.territory_id, membership_id)


async def begin_trial(tx: Tx, membership: Membership) -> None:
    """Note that the holder tries a family out: once ever. Raises TrialTaken."""
    holder_id = membership.holder.person_id or membership.holder.organisation_id
    family = membership.agreed.plan.terms.family
    row = await tx.fetchrow(_TRY, tx.territory_id, holder_id, family, membership.membership_id)
    if row is None:
        raise TrialTaken(family=family)


async def of_person(tx: Tx, person_id: UUID) -> list[Membership]:
    """Return the memberships that a person holds alone, locked."""
    await tx.execute(_LOCK_OF, tx.territory_id, person_id)
    rows = await tx.fetch(f"{_SELECT} AND m.person_id = $2", tx.territory_id, person_id)
    return [_membership(row) for row in rows]


async def membership(tx: Tx, membership_id: UUID) -> Membership | None:
    """Return a membership of the territory."""
    row = await tx.fetchrow(f"{_SELECT} AND m.membership_id = $2", tx.territory_id, membership_id)
    return _membership(row) if row else None


async def locked(tx: Tx, membership_id: UUID) -> Membership:
    """Return a membership, locked for a change; raises NotFound."""
    await tx.execute(_LOCK, tx.territory_id, membership_id)
    found = await membership(tx, membership_id)
    if found is None:
        raise NotFound(what="membership", id=str(membership_id))
    return found


async def memberships(tx: Tx, asked: Asked, holder_ids: list[UUID] | None) -> Page[Membership]:
    """Return the memberships of some holders, of all without any; the one that begins last first."""
    sql = f"{_SELECT} {_HELD_BY}{ORDER.tail(asked, 3)}"
    rows = await tx.fetch(sql, tx.territory_id, holder_ids, *asked.arguments)
    return ORDER.page(asked, rows, _membership)


async def _overlap(tx: Tx, wanted: Membership) -> MembershipOverlaps:
    row = await tx.fetchrow(_OTHER, *_scopes(tx, wanted))
    found = dict(row) if row else {}
    return MembershipOverlaps(
        membership_id=str(found.get("membership_id", "")),
        family=wanted.agreed.plan.terms.family,
        since=_day(found.get("since")),
        until=_day(found.get("until")),
    )


def _scopes(tx: Tx, m: Membership) -> tuple[object, ...]:
    sites: list[UUID | None] = list(m.site_ids) or [None]
    holder_id = m.holder.person_id or m.holder.organisation_id
    period = (m.valid_from, m.valid_until)
    return tx.territory_id, m.membership_id, holder_id, m.agreed.plan.terms.family, sites, *period


def _day(day: date | None) -> str:
    return str(day) if day else "…"


def _terms(agreed: Agreed) -> tuple[object, ...]:
    funding = agreed.funding.model_dump_json() if agreed.funding else None
    return agreed.audience, agreed.plan.plan_id, agreed.plan.version, agreed.extra_seats, funding


def _agreed(found: Mapping[str, Any]) -> Agreed:
    plan = PlanVersion(plan_id=found["plan_id"], version=found["plan_version"], terms=found["terms"])
    funding = PartnerShare.model_validate(found["funding"]) if found["funding"] else None
    return Agreed(plan, found["audience"], found["extra_seats"], funding)


def _change(found: Mapping[str, Any]) -> Change:
    return Change(date.fromisoformat(found["changed_from"]), _agreed(found), found["reason"])


def _membership(row: asyncpg.Record) -> Membership:
    return Membership(
        membership_id=row["membership_id"],
        holder=Party(person_id=row["person_id"], organisation_id=row["organisation_id"]),
        payer=Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"]),
        agreed=_agreed(orjson.loads(row["agreed"])),
        changes=tuple(_change(each) for each in orjson.loads(row["changes"])),
        site_ids=tuple(row["site_ids"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        proof=Proof.model_validate_json(row["proof"]) if row["proof"] else None,
        suspended_from=row["suspended_from"],
        resumed_from=row["resumed_from"],
        free_until=row["free_until"],
        proof_until=row["proof_until"],
        paused=row["paused"],
        notice=row["notice"],
        ended_before=row["ended_before"],
    )


_INSERT = """
INSERT INTO memberships (territory_id, membership_id, person_id, organisation_id, payer_person_id,
    payer_organisation_id, audience, plan_id, plan_version, extra_seats, funding, site_ids, proof, valid_from,
    valid_until, free_until, proof_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""
# Without a site the range has no bounds; sites come in one order, so that two requests wait for each other.
_INSERT_SCOPES = """
INSERT INTO membership_scopes (territory_id, membership_id, holder_id, family, scope, during)
SELECT $1, $2, $3, $4, uuidrange(site_id, site_id, '[]'), daterange($6, $7)
FROM unnest($5::uuid[]) AS site_id ORDER BY site_id
"""
_OTHER = """
SELECT s.membership_id, lower(s.during) AS since, upper(s.during) AS until
FROM membership_scopes s JOIN unnest($5::uuid[]) AS site_id ON s.scope && uuidrange(site_id, site_id, '[]')
WHERE s.territory_id = $1 AND s.membership_id <> $2 AND s.holder_id = $3 AND s.family = $4
    AND s.during && daterange($6, $7)
ORDER BY since, s.membership_id LIMIT 1
"""
_UPDATE = """
UPDATE memberships SET valid_until = $3, suspended_from = $4, resumed_from = $5,
    ended_at = coalesce($6, ended_at), proof_until = $7, notice = $8,
    ended_before = $9, paused = $10
WHERE territory_id = $1 AND membership_id = $2
"""
_FREE = """
DELETE FROM membership_scopes WHERE territory_id = $1 AND membership_id = $2 AND lower(during) >= $3
"""
_SHORTEN = """
UPDATE membership_scopes SET during = daterange(lower(during), $3)
WHERE territory_id = $1 AND membership_id = $2
"""
_LOCK = "SELECT FROM memberships WHERE territory_id = $1 AND membership_id = $2 FOR UPDATE"
_LOCK_OF = """
SELECT FROM memberships WHERE territory_id = $1 AND person_id = $2
ORDER BY membership_id FOR UPDATE
"""
_VOID = """
DELETE FROM membership_changes WHERE territory_id = $1 AND membership_id = $2 AND changed_from >= $3
"""
_CHANGE = """
INSERT INTO membership_changes (territory_id, membership_id, changed_from, reason, audience, plan_id,
    plan_version, extra_seats, funding)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_PROLONG = """
UPDATE memberships SET valid_until = $3, suspended_from = $4, resumed_from = $5, free_until = $6,
    ended_at = NULL, notice = false, ended_before = NULL
WHERE territory_id = $1 AND membership_id = $2
"""
_UNSCOPE = "DELETE FROM membership_scopes WHERE territory_id = $1 AND membership_id = $2"
_DELETE = "DELETE FROM memberships WHERE territory_id = $1 AND membership_id = $2"
_TRY = """
INSERT INTO membership_trials (territory_id, holder_id, family, membership_id) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT membership_trials_once DO NOTHING RETURNING true
"""
_SELECT = """
SELECT m.membership_id, m.person_id, m.organisation_id, m.payer_person_id, m.payer_organisation_id,
    m.site_ids, m.proof, m.valid_from, m.valid_until, m.suspended_from, m.resumed_from, m.free_until,
    m.proof_until, m.notice, m.ended_before, m.paused,
    jsonb_build_object('plan_id', m.plan_id, 'plan_version', m.plan_version, 'audience', m.audience,
        'extra_seats', m.extra_seats, 'funding', m.funding, 'terms', v.terms) AS agreed,
    coalesce((SELECT jsonb_agg(to_jsonb(c) || jsonb_build_object('terms', w.terms))
        FROM membership_changes c JOIN plan_versions w ON w.territory_id = c.territory_id
            AND w.plan_id = c.plan_id AND w.version = c.plan_version
        WHERE c.territory_id = m.territory_id AND c.membership_id = m.membership_id), '[]') AS changes
FROM memberships m JOIN plan_versions v
    ON v.territory_id = m.territory_id AND v.plan_id = m.plan_id AND v.version = m.plan_version
WHERE m.territory_id = $1
"""
_HELD_BY = """
AND ($2::uuid[] IS NULL OR m.person_id = ANY ($2) OR m.organisation_id = ANY ($2))
"""
