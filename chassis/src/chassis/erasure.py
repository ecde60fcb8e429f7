"""Takes a person's traces away in every territory that knows them, and counts what is gone and what stays.

A service says by statements where its traces are: each takes the territory as $1, the person as $2, and may
take the business time as $3.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from chassis.db import PLATFORM, Tx
from chassis.parked import silence
from chassis.privacy import destroy_key
from contracts.erasure import Gone, Hold, Kept

Statements = Mapping[str, str]
Grounds = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Traces:
    """Where a service holds traces of persons, by place.

    `kept` gives the ground on which something stays, and a statement that returns its `rows` and, where the
    ground ends on a day, `until`.
    """

    on_platform: Statements
    in_territory: Statements
    kept: Grounds = field(default_factory=dict)
    kept_on_platform: Grounds = field(default_factory=dict)


async def held_up_by(
    tx: Tx,
    person_id: UUID,
    territories: Sequence[str],
    statements: Statements,
    since: date | None = None,
) -> tuple[Hold, ...]:
    """Count, by reason and territory, what has to end before the person can be erased.

    With `since`, it is that day that statements take as $3: they count what was done since.
    """
    found = []
    for siren in territories:
        async with tx.beside(siren):
            for reason, sql in statements.items():
                count: int = await tx.fetchval(sql, *await _arguments(tx, person_id, sql, since))
                if count:
                    found.append(Hold(territory_id=siren, reason=reason, count=count))
    return tuple(found)


async def erase(
    tx: Tx, person_id: UUID, territories: Sequence[str], traces: Traces
) -> tuple[tuple[Gone, ...], tuple[Kept, ...]]:
    """Destroy the key here and take the traces away, on the platform and in each territory."""
    gone, kept = Counter[str](), list[Kept]()
    for siren in territories:
        async with tx.beside(siren):
            kept += await _keep(tx, person_id, {**traces.kept, **CHASSIS_KEEPS})
            gone.update(await _forget(tx, person_id, traces.in_territory))
            gone["lane_event"] += await silence(tx, person_id)
    async with tx.beside(PLATFORM):
        kept += await _keep(tx, person_id, traces.kept_on_platform)
        gone.update(await _forget(tx, person_id, traces.on_platform))
        await destroy_key(tx, person_id)
    return tuple(Gone(place=place, rows=rows) for place, rows in gone.items() if rows), tuple(kept)


async def _keep(tx: Tx, person_id: UUID, grounds: Grounds) -> list[Kept]:
    kept = []
    for place, (ground, sql) in grounds.items():
        row = await tx.fetchrow(sql, *await _arguments(tx, person_id, sql))
        assert row is not None  # noqa: S101 - an aggregate gives one row
        if row["rows"]:
            kept.append(Kept(place=place, rows=row["rows"], ground=ground, until=dict(row).get("until")))
    return kept


async def _forget(tx: Tx, person_id: UUID, statements: Statements) -> dict[str, int]:
    gone: dict[str, int] = {}
    for place, sql in {**statements, **CHASSIS_TAKES}.items():
        status: str = await tx.execute(sql, *await _arguments(tx, person_id, sql))
        gone[place] = int(status.rpartition(" ")[2])
    return gone


async def _arguments(tx: Tx, person_id: UUID, sql: str, since: date | None = None) -> list[Any]:
    given: list[Any] = [tx.territory_id, person_id]
    return [*given, since or await tx.now()] if "$3" in sql else given


CHASSIS_TAKES: Final[Statements] = {
    "idempotency": """
        DELETE FROM idempotency WHERE territory_id = $1
            AND (actor_id = $2::uuid::text OR position(convert_to($2::uuid::text, 'UTF8') in body) > 0)
    """,
    "known_party": "DELETE FROM known_party WHERE territory_id = $1 AND party_id = $2",
}
"""What the chassis itself holds: answers kept for repeats, and whom the territory knows."""

CHASSIS_KEEPS: Final[Grounds] = {
    "event_log": (
        "told-already",
        """
        SELECT count(*)::int AS rows FROM event_log
        WHERE territory_id = $1 AND position(convert_to($2::uuid::text, 'UTF8') in data) > 0
            AND coalesce(convert_from(data, 'UTF8')::jsonb ->> 'reason',
                convert_from(data, 'UTF8')::jsonb ->> 'words',
                convert_from(data, 'UTF8')::jsonb #>> '{evidence,test}') IS NOT NULL
        """,
    )
}
"""Events about the person that give a reason in words: what was told cannot be taken back."""


def by_number(**columns: str) -> Grounds:
    """Count by place what stays under a number alone, in any of the columns given, apart by spaces."""
    return {
        place: (
            "names-nobody",
            (
                f"SELECT count(*)::int AS rows FROM {place} "
                f"WHERE territory_id = $1 AND $2 IN ({', '.join(names.split())})"
            ),
        )
        for place, names in columns.items()
    }
