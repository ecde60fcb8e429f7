"""Owns the SQL of memberships; the database admits no two of one holder, family, site and day."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.values import Party
from membership.memberships.model import Membership, MembershipOverlaps, Proof
from membership.plans.model import PlanVersion, Terms

ORDER: Final = Order("m.valid_from date", "m.membership_id uuid", descending=True)


async def insert(tx: Tx, membership: Membership) -> None:
    """Keep a membership; raises IdReused, MembershipOverlaps."""
    m = membership
    parties = (m.holder.person_id, m.holder.organisation_id, m.payer.person_id, m.payer.organisation_id)
    plan = (m.audience, m.plan.plan_id, m.plan.version, list(m.site_ids))
    proof = m.proof.model_dump_json() if m.proof else None
    try:
        async with tx.attempt():
            await tx.execute(
                _INSERT, tx.territory_id, m.membership_id, *parties, *plan, proof, m.valid_from, m.valid_until
            )
            await tx.execute(_INSERT_SCOPES, *_scopes(tx, m))
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(m.membership_id)) from None
    except asyncpg.ExclusionViolationError:
        raise await _overlap(tx, m) from None


async def update(tx: Tx, membership: Membership, ended_at: datetime | None = None) -> None:
    """Keep a suspension, a resumption or an end; from the day it ends, another may take its place."""
    m = membership
    days = (m.valid_until, m.suspended_from, m.resumed_from, ended_at)
    await tx.execute(_UPDATE, tx.territory_id, m.membership_id, *days)
    if ended_at is not None:
        await tx.execute(_FREE, tx.territory_id, m.membership_id, m.valid_until)
        await tx.execute(_SHORTEN, tx.territory_id, m.membership_id, m.valid_until)


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
        family=wanted.plan.terms.family,
        since=_day(found.get("since")),
        until=_day(found.get("until")),
    )


def _scopes(tx: Tx, m: Membership) -> tuple[object, ...]:
    sites: list[UUID | None] = list(m.site_ids) or [None]
    holder_id = m.holder.person_id or m.holder.organisation_id
    period = (m.valid_from, m.valid_until)
    return tx.territory_id, m.membership_id, holder_id, m.plan.terms.family, sites, *period


def _day(day: date | None) -> str:
    return str(day) if day else "…"


def _membership(row: asyncpg.Record) -> Membership:
    terms = Terms.model_validate_json(row["terms"])
    return Membership(
        membership_id=row["membership_id"],
        holder=Party(person_id=row["person_id"], organisation_id=row["organisation_id"]),
        payer=Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"]),
        audience=row["audience"],
        plan=PlanVersion(plan_id=row["plan_id"], version=row["plan_version"], terms=terms),
        site_ids=tuple(row["site_ids"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        proof=Proof.model_validate_json(row["proof"]) if row["proof"] else None,
        suspended_from=row["suspended_from"],
        resumed_from=row["resumed_from"],
    )


_INSERT = """
INSERT INTO memberships (territory_id, membership_id, person_id, organisation_id, payer_person_id,
    payer_organisation_id, audience, plan_id, plan_version, site_ids, proof, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
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
    ended_at = coalesce($6, ended_at)
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
_SELECT = """
SELECT m.membership_id, m.person_id, m.organisation_id, m.payer_person_id, m.payer_organisation_id,
    m.audience, m.plan_id, m.plan_version, m.site_ids, m.proof, m.valid_from, m.valid_until, m.suspended_from,
    m.resumed_from, v.terms
FROM memberships m JOIN plan_versions v
    ON v.territory_id = m.territory_id AND v.plan_id = m.plan_id AND v.version = m.plan_version
WHERE m.territory_id = $1
"""
_HELD_BY = """
AND ($2::uuid[] IS NULL OR m.person_id = ANY ($2) OR m.organisation_id = ANY ($2))
"""
