"""Owns the audit: who did what to which object, and by what decision."""

from typing import Literal

from chassis.db import Tx
from chassis.ids import new_id

Verdict = Literal["allowed", "denied"]


async def record(tx: Tx, action: str, subject: str, verdict: Verdict, reason: str) -> None:
    """Note a decision about `subject`, such as `thing/0195…`, in this transaction."""
    await tx.execute(
        _RECORD,
        tx.territory_id,
        new_id(),
        tx.cause.actor_id,
        action,
        subject,
        verdict,
        reason,
        tx.cause.correlation_id,
    )


_RECORD = """
INSERT INTO audit (territory_id, audit_id, actor_id, action, object, decision, reason, correlation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
