"""SQL of the rights: memberships, affiliations, and what was used of a plan."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from booking.rights.model import Days, Membership
from chassis.db import Tx
from contracts.membership import (
    AffiliationEnded,
    Entitlement,
    MembershipPlanChanged,
    MembershipState,
    PersonAffiliated,
    SeatGiven,
    SeatTaken,
)
from contracts.values import Party

LIVE: Final = (
    "held",
    "requested",
    "confirmed",
    "checked_in",
    "no_show",
)  # states in which a booking uses up its plan


async def keep_membership(tx: Tx, told: MembershipState) -> None:
    """Keep the whole of a membership's rights; its suspensions stay.

    Where its terms change, those kept are of its first day, and only its end is told anew.
    """
    if await tx.fetchval(_EXTEND, tx.territory_id, told.membership_id, told.valid_until):
        return
    await tx.execute(
        _KEEP,
        tx.territory_id,
        told.membership_id,
        told.holder.person_id,
        told.holder.organisation_id,
        told.payer.person_id,
        told.payer.organisation_id,
        told.audience,
        told.plan_id,
        told.plan_version,
        told.plan_name.model_dump_json(),
        list(told.site_ids),
        json.dumps([each.model_dump(mode="json") for each in told.entitlements]),
        told.valid_from,
        told.valid_until,
        told.seats,
    )


async def keep_change(tx: Tx, told: MembershipPlanChanged) -> None:
    """Keep the terms of a membership from a day on; those kept for that day and later no longer hold."""
    identity = (tx.territory_id, told.membership_id, told.changed_from)
    await tx.execute(_VOID, *identity)
    terms = MembershipState.model_validate(told.model_dump()).model_dump_json()
    await tx.execute(_CHANGE, *identity, terms)


async def keep_seat(tx: Tx, told: SeatGiven) -> None:
    columns = (told.seat_id, told.membership_id, told.person_id, told.given_from)
    await tx.execute(_GIVE, tx.territory_id, *columns)


async def end_seat(tx: Tx, told: SeatTaken) -> None:
    await tx.execute(_TAKE, tx.territory_id, told.seat_id, told.taken_from)


async def suspend(tx: Tx, membership_id: UUID, first: date) -> None:
    await tx.execute(_SUSPEND, tx.territory_id, membership_id, first)


async def resume(tx: Tx, membership_id: UUID, first: date) -> None:
    await tx.execute(_RESUME, tx.territory_id, membership_id, first)


async def keep_affiliation(tx: Tx, told: PersonAffiliated) -> None:
    await tx.execute(
        _AFFILIATE,
        tx.territory_id,
        told.affiliation_id,
        told.person_id,
        told.organisation_id,
        told.valid_from,
        told.valid_until,
    )


async def end_affiliation(tx: Tx, told: AffiliationEnded) -> None:
    await tx.execute(_END_AFFILIATION, tx.territory_id, told.affiliation_id, told.ended_on)


async def note_horizon(tx: Tx, recorded_at: datetime) -> None:
    """Note how recent the copy is."""
    await tx.execute(_NOTE_HORIZON, tx.territory_id, recorded_at)


async def horizon(tx: Tx) -> datetime | None:
    known_at: datetime | None = await tx.fetchval(_HORIZON, tx.territory_id)
    return known_at


async def memberships_of(tx: Tx, person_id: UUID) -> tuple[list[Membership], datetime | None]:
    """Return what the person may use, own and through organisations, ended ones too; and how recent it is."""
    rows = await tx.fetch(_OF_PERSON, tx.territory_id, person_id)
    known_at = rows[0]["known_at"] if rows else None
    return [each for row in rows if row["membership_id"] is not None for each in _phases(row)], known_at


async def used(tx: Tx, membership: Membership, entitlement: Entitlement, days: Days, but: UUID) -> Decimal:
    """Return how much of an entitlement was used in the cycle, leaving out one booking.

    The membership stays locked until this transaction ends, so that two bookings cannot use the same rest.
    """
    await tx.execute(_LOCK, tx.territory_id, membership.membership_id)
    total: Decimal = await tx.fetchval(
        _USED,
        tx.territory_id,
        membership.membership_id,
        list(entitlement.resource_kinds),
        *days,
        list(LIVE),
        but,
    )
    return total


def _phases(row: asyncpg.Record) -> Iterator[Membership]:
    """Yield a membership as often as its terms change, each time for its own days."""
    first = _membership(row)
    starts, terms = [first.valid[0]], [first]
    for change in json.loads(row["changes"]):
        told = MembershipState.model_validate(change["terms"])
        starts.append(date.fromisoformat(change["changed_from"]))
        terms.append(_with_terms(first, told, row))
    for start, following, each in zip(starts, [*starts[1:], None], terms, strict=True):
        until = min((day for day in (first.valid[1], following) if day), default=None)
        if each is first or until is None or start < until:
            yield replace(each, valid=(start, until))


def _with_terms(first: Membership, told: MembershipState, row: asyncpg.Record) -> Membership:
    return replace(
        first,
        audience=told.audience,
        plan_id=told.plan_id,
        plan_version=told.plan_version,
        plan_name=told.plan_name.fr,
        entitlements=told.entitlements,
        seated=_seated(row, told.seats),
    )


def _seated(row: asyncpg.Record, seats: int | None) -> tuple[Days, ...] | None:
    return None if seats is None else tuple((each.lower, each.upper) for each in row["seated"])


def _membership(row: asyncpg.Record) -> Membership:
    return Membership(
        membership_id=row["membership_id"],
        organisation_id=row["organisation_id"],
        payer=Party(person_id=row["payer_person_id"], organisation_id=row["payer_organisation_id"]),
        audience=row["audience"],
        plan_id=row["plan_id"],
        plan_version=row["plan_version"],
        plan_name=json.loads(row["plan_name"])["fr"],
        site_ids=tuple(row["site_ids"]),
        entitlements=tuple(Entitlement.model_validate(each) for each in json.loads(row["entitlements"])),
        valid=(row["valid_from"], row["valid_until"]),
        suspensions=tuple((each.lower, each.upper) for each in row["suspensions"]),
        affiliated=tuple((each.lower, each.upper) for each in row["affiliated"]),
        seated=_seated(row, row["seats"]),
    )


_KEEP = """
INSERT INTO memberships (territory_id, membership_id, person_id, organisation_id, payer_person_id,
    payer_organisation_id, audience, plan_id, plan_version, plan_name, site_ids, entitlements, valid_from,
    valid_until, seats)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (territory_id, membership_id) DO UPDATE
SET person_id = excluded.person_id, organisation_id = excluded.organisation_id,
    payer_person_id = excluded.payer_person_id, payer_organisation_id = excluded.payer_organisation_id,
    audience = excluded.audience, plan_id = excluded.plan_id, plan_version = excluded.plan_version,
    plan_name = excluded.plan_name, site_ids = excluded.site_ids, entitlements = excluded.entitlements,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until, seats = excluded.seats
"""
_EXTEND = """
UPDATE memberships SET valid_until = $3 WHERE territory_id = $1 AND membership_id = $2 RETURNING true
"""
_VOID = """
DELETE FROM membership_changes WHERE territory_id = $1 AND membership_id = $2 AND changed_from >= $3
"""
_CHANGE = """
INSERT INTO membership_changes (territory_id, membership_id, changed_from, terms) VALUES ($1, $2, $3, $4)
"""
_GIVE = """
INSERT INTO seats (territory_id, seat_id, membership_id, person_id, given_from) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (territory_id, seat_id) DO UPDATE
SET membership_id = excluded.membership_id, person_id = excluded.person_id, given_from = excluded.given_from
"""
_TAKE = "UPDATE seats SET taken_from = $3 WHERE territory_id = $1 AND seat_id = $2"
_SUSPEND = """
UPDATE memberships SET suspensions = suspensions + datemultirange(daterange($3, NULL))
WHERE territory_id = $1 AND membership_id = $2
"""
_RESUME = """
UPDATE memberships SET suspensions = suspensions - datemultirange(daterange($3, NULL))
WHERE territory_id = $1 AND membership_id = $2
"""
_AFFILIATE = """
INSERT INTO affiliations (territory_id, affiliation_id, person_id, organisation_id, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, affiliation_id) DO UPDATE
SET person_id = excluded.person_id, organisation_id = excluded.organisation_id,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
_END_AFFILIATION = """
UPDATE affiliations SET valid_until = $3 WHERE territory_id = $1 AND affiliation_id = $2
"""
_NOTE_HORIZON = """
INSERT INTO rights_horizon AS h (territory_id, known_at) VALUES ($1, $2)
ON CONFLICT (territory_id) DO UPDATE SET known_at = greatest(h.known_at, excluded.known_at)
"""
_HORIZON = "SELECT known_at FROM rights_horizon WHERE territory_id = $1"
_OF_PERSON = """
WITH belonging AS (
    SELECT organisation_id, range_agg(daterange(valid_from, valid_until)) AS days
    FROM affiliations
    WHERE territory_id = $1 AND person_id = $2 AND (valid_until IS NULL OR valid_until > valid_from)
    GROUP BY organisation_id
), usable AS (
    SELECT m.*, '{}'::datemultirange AS affiliated FROM memberships m
    WHERE m.territory_id = $1 AND m.person_id = $2
    UNION ALL
    SELECT m.*, b.days FROM memberships m JOIN belonging b ON b.organisation_id = m.organisation_id
    WHERE m.territory_id = $1
)
SELECT h.known_at, u.*, coalesce((SELECT range_agg(daterange(s.given_from, s.taken_from)) FROM seats s
        WHERE s.territory_id = $1 AND s.membership_id = u.membership_id AND s.person_id = $2), '{}')
        AS seated,
    coalesce((SELECT jsonb_agg(to_jsonb(c) ORDER BY c.changed_from) FROM membership_changes c
        WHERE c.territory_id = $1 AND c.membership_id = u.membership_id), '[]') AS changes
FROM (VALUES (1)) AS once(n)
LEFT JOIN rights_horizon h ON h.territory_id = $1 LEFT JOIN usable u ON true
ORDER BY u.valid_from, u.membership_id
"""
_LOCK = "SELECT FROM memberships WHERE territory_id = $1 AND membership_id = $2 FOR NO KEY UPDATE"
_USED = """
SELECT coalesce(sum(plan_units), 0) FROM bookings
WHERE territory_id = $1 AND membership_id = $2 AND paid_by = 'plan' AND kind = ANY ($3)
    AND starts_on >= $4 AND ($5::date IS NULL OR starts_on < $5) AND state = ANY ($6) AND booking_id <> $7
"""
