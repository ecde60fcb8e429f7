"""SQL of memberships that are charged."""

import json
from datetime import date
from uuid import UUID

from billing.subscriptions.model import Subscription
from chassis.db import Tx
from contracts.membership import MembershipState


async def subscription(tx: Tx, membership_id: UUID) -> Subscription | None:
    """Return the membership, locked."""
    row = await tx.fetchrow(_ONE, tx.territory_id, membership_id)
    if row is None:
        return None
    rests = tuple((_day(first) or date.min, _day(again)) for first, again in json.loads(row["suspensions"]))
    return Subscription(MembershipState.model_validate_json(row["told"]), rests, row["event_id"])


async def save(tx: Tx, kept: Subscription) -> None:
    rests = json.dumps([[_text(first), _text(again)] for first, again in kept.suspensions])
    told = kept.told
    await tx.execute(_SAVE, tx.territory_id, told.membership_id, told.model_dump_json(), rests, kept.event_id)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


_ONE = """
SELECT told, suspensions, event_id FROM subscriptions
WHERE territory_id = $1 AND membership_id = $2 FOR UPDATE
"""
_SAVE = """
INSERT INTO subscriptions (territory_id, membership_id, told, suspensions, event_id)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (territory_id, membership_id) DO UPDATE
SET told = excluded.told, suspensions = excluded.suspensions, event_id = excluded.event_id
"""
