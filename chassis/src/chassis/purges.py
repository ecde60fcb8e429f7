"""Shows what retention rules reach, and purges it: the dry run and the purge read by the same statement.

A service that purges has the tables `retention_months` and `purges`, and says by statements where what
serves a purpose lies. Each takes the territory as $1, the cut-off as $2 and maybe the business time as $3; it
returns `id`, `what` and `since` of all that is older than the cut-off and not purged yet, and whether
it is `held` by something that runs.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Order, Page
from chassis.retention import (
    Due,
    Purge,
    PurgeShown,
    Rule,
    Rules,
    RuleShown,
    SetMonths,
    check_cut_off,
    check_months,
    cut_off,
)

BATCH: Final = 1_000
_OLDEST: Final = Order("since date", "id uuid")
_NEWEST: Final = Order("purged_at timestamptz", "purge_id uuid", descending=True)

Take = Callable[[Tx, list[UUID], Purge, UUID], Awaitable[int]]
"""Takes a batch of ids away, for a purge that somebody asked for; returns how many were still there."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose: its rule, where what is old lies, how a batch of it is taken away.

    `on_platform` brings the platform's own rows into scope for the statement: those of persons.
    """

    rule: Rule
    old: str
    take: Take
    on_platform: bool = False


Purposes = Sequence[Purpose]


async def show_rules(tx: Tx, purposes: Purposes) -> Rules:
    """Return the rules that hold here, and what each one reaches today."""
    return Rules(rules=tuple([await _shown(tx, each) for each in purposes]))


async def set_months(tx: Tx, purposes: Purposes, name: str, wanted: SetMonths) -> RuleShown:
    """Let the territory keep more or fewer months. Raises NotFound, MonthsOutOfBounds."""
    purpose = _named(purposes, name)
    check_months(purpose.rule, wanted.months)
    await tx.execute(_SET_MONTHS, tx.territory_id, name, wanted.months)
    return await _shown(tx, purpose)


async def list_due(tx: Tx, asked: Asked, purposes: Purposes, name: str) -> Page[Due]:
    """Return what a purge would take today, the oldest first. Raises NotFound."""
    purpose = _named(purposes, name)
    latest = cut_off(await _today(tx), await _months(tx, purpose.rule))
    sql = f"SELECT id, what, since {_from(purpose)} WHERE NOT held{_OLDEST.tail(asked, 4)}"
    async with _scope(tx, purpose):
        rows = await tx.fetch(sql, tx.territory_id, latest, await tx.now(), *asked.arguments)
    return _OLDEST.page(asked, rows, lambda row: Due(**row))


async def purge(tx: Tx, purposes: Purposes, name: str, wanted: Purge, by: UUID) -> PurgeShown:
    """Take away what is older than the day, batch by batch; a purge that takes something is kept.

    Raises NotFound, CutOffTooLate.
    """
    purpose = _named(purposes, name)
    await tx.execute(_ONE_AT_A_TIME, tx.territory_id, name)
    check_cut_off(purpose.rule, await _months(tx, purpose.rule), wanted.cut_off_on, await _today(tx))
    held, ids = await _reached(tx, purpose, wanted.cut_off_on)
    taken = 0
    for first in range(0, len(ids), BATCH):
        taken += await purpose.take(tx, ids[first : first + BATCH], wanted, by)
    done = PurgeShown(
        purge_id=new_id(),
        purpose=name,
        cut_off_on=wanted.cut_off_on,
        purged_by=by,
        purged_at=await tx.now(),
        taken=taken,
        held=held,
    )
    if taken:
        await tx.execute(_KEEP, tx.territory_id, *done.model_dump().values())
    return done


async def list_purges(tx: Tx, asked: Asked) -> Page[PurgeShown]:
    """Return the purges of the territory, the last one first."""
    rows = await tx.fetch(_PURGES + _NEWEST.tail(asked, 2), tx.territory_id, *asked.arguments)
    return _NEWEST.page(asked, rows, lambda row: PurgeShown(**row))


async def _shown(tx: Tx, purpose: Purpose) -> RuleShown:
    rule = purpose.rule
    months = await _months(tx, rule)
    latest = cut_off(await _today(tx), months)
    sql = f"SELECT count(*) FILTER (WHERE NOT held), count(*) FILTER (WHERE held) {_from(purpose)}"
    async with _scope(tx, purpose):
        row = await tx.fetchrow(sql, tx.territory_id, latest, await tx.now())
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return RuleShown(
        purpose=rule.purpose,
        what=rule.what,
        basis=rule.basis,
        months=months,
        default_months=rule.months,
        least=rule.least,
        most=rule.most,
        cut_off_on=latest,
        due=row[0],
        held=row[1],
    )


async def _reached(tx: Tx, purpose: Purpose, day: date) -> tuple[int, list[UUID]]:
    """Return how many are held, and the ids of those that are due."""
    async with _scope(tx, purpose):
        sql = f"SELECT id, held {_from(purpose)} ORDER BY since, id"
        rows = await tx.fetch(sql, tx.territory_id, day, await tx.now())
    ids = [row["id"] for row in rows if not row["held"]]
    return len(rows) - len(ids), ids


def _from(purpose: Purpose) -> str:
    return f"FROM ({purpose.old}) AS old, (SELECT $3::timestamptz) AS clock"  # a statement may do without it


def _scope(tx: Tx, purpose: Purpose) -> AbstractAsyncContextManager[None]:
    return tx.platform() if purpose.on_platform else nullcontext()


def _named(purposes: Purposes, name: str) -> Purpose:
    for each in purposes:
        if each.rule.purpose == name:
            return each
    raise NotFound(what="purpose", id=name)


async def _months(tx: Tx, rule: Rule) -> int:
    found: int | None = await tx.fetchval(_MONTHS, tx.territory_id, rule.purpose)
    return rule.months if found is None else found


async def _today(tx: Tx) -> date:
    return (await tx.now()).date()


_MONTHS = "SELECT months FROM retention_months WHERE territory_id = $1 AND purpose = $2"
_SET_MONTHS = """
INSERT INTO retention_months (territory_id, purpose, months) VALUES ($1, $2, $3)
ON CONFLICT (territory_id, purpose) DO UPDATE SET months = excluded.months
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('purge ' || $1 || ' ' || $2, 0))"
_KEEP = """
INSERT INTO purges (territory_id, purge_id, purpose, cut_off_on, purged_by, purged_at, taken, held)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_PURGES = """
SELECT purge_id, purpose, cut_off_on, purged_by, purged_at, taken, held FROM purges WHERE territory_id = $1
"""
