"""SQL of memberships that are charged."""

import json
from datetime import date
from uuid import UUID

import asyncpg

from billing.subscriptions.model import Change, Subscription
from chassis.db import Tx
from contracts.membership import MembershipState
from contracts.values import Party


async def subscription(tx: Tx, membership_id: UUID) -> Subscription | None:
    """Return the membership, locked."""
    row = await tx.fetchrow(_ONE, tx.territory_id, membership_id)
    return _subscription(row) if row else None


async def held_by(tx: Tx, holder: Party) -> list[Subscription]:
    """Return the memberships of somebody, the oldest first."""
    rows = await tx.fetch(_HELD, tx.territory_id, holder.model_dump_json(exclude_none=True))
    return sorted((_subscription(row) for row in rows), key=lambda each: each.told.valid_from)


async def save(tx: Tx, kept: Subscription) -> None:
    rests = json.dumps([[_text(first), _text(again)] for first, again in kept.suspensions])
    changes = json.dumps(
        [
            {"start": each.start.isoformat(), "told": each.told.model_dump(mode="json")}
            for each in kept.changes
        ]
    )
    told = kept.told
    columns = (told.membership_id, told.model_dump_json(), rests, kept.event_id, changes)
    await tx.execute(_SAVE, tx.territory_id, *columns)


def _subscription(row: asyncpg.Record) -> Subscription:
    rests = tuple((_day(first) or date.min, _day(again)) for first, again in json.loads(row["suspensions"]))
    changes = tuple(
        Change(date.fromisoformat(each["start"]), MembershipState.model_validate(each["told"]))
        for each in json.loads(row["changes"])
    )
    return Subscription(MembershipState.model_validate_json(row["told"]), rests, row["event_id"], changes)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


_ONE = """
SELECT told, suspensions, event_id, changes FROM subscriptions
WHERE territory_id = $1 AND membership_id = $2 FOR UPDATE
"""
_HELD = """
SELECT told, suspensions, event_id, changes FROM subscriptions
WHERE territory_id = $1 AND told->'holder' @> $2::jsonb
"""
_SAVE = """
INSERT INTO subscriptions (territory_id, membership_id, told, suspensions, event_id, changes)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (territory_id, membership_id) DO UPDATE
SET told = excluded.told, suspensions = excluded.suspensions, event_id = excluded.event_id,
    changes = excluded.changes
"""
