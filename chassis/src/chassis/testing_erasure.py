"""Finds the columns that can hold a person, or words about one, and that no erasure answers for."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from chassis.erasure import CHASSIS_KEEPS, CHASSIS_TAKES, Traces

if TYPE_CHECKING:
    from chassis.outbox import Connection

Column = tuple[str, str]


async def unanswered(
    admin: "Connection", traces: Traces, about_nobody: Mapping[str, str], things: frozenset[str]
) -> tuple[set[str], set[str]]:
    """Name the columns that no statement and no reason answers for, and the reasons that answer for nothing.

    A name not known as that of a thing or a code counts as a person's, so that a new column is found.
    """
    rows = await admin.fetch(_COLUMNS)
    known = _CODES | things
    open_to_persons = {(table, column) for table, column in rows if column not in known}
    statements = _statements(traces)
    named = {
        f"{table}.{column}" for table, column in open_to_persons if not answers(statements, table, column)
    }
    excused = set(about_nobody) | _CHASSIS_OWN
    return named - excused, set(about_nobody) - named


def answers(statements: Iterable[tuple[str, str]], table: str, column: str) -> bool:
    """Tell whether a statement on the table names the column, or deletes rows that it only describes."""
    of_person = column.endswith(("_id", "_by", "_for", "_to"))
    for place, sql in statements:
        if place == table:
            deletes = re.search(rf"DELETE FROM {table}\b", sql) is not None
            if re.search(rf"\b{column}\b", sql) or (deletes and not of_person):
                return True
    return False


def _statements(traces: Traces) -> list[tuple[str, str]]:
    kept = {place: sql for place, (_, sql) in {**CHASSIS_KEEPS, **traces.kept}.items()}
    on_platform = {place: sql for place, (_, sql) in traces.kept_on_platform.items()}
    found = (kept, on_platform, traces.on_platform, traces.in_territory, CHASSIS_TAKES)
    return [(place, sql) for each in found for place, sql in each.items()]


_COLUMNS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relname !~ '^_yoyo' AND c.relnamespace = 'public'::regnamespace
    AND a.attnum > 0 AND NOT a.attisdropped
    AND format_type(a.atttypid, a.atttypmod) ~ 'uuid|text|character|bytea|json|tsvector'
    AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
            AND k.conkey = ARRAY[a.attnum] AND pg_get_constraintdef(k.oid) ~ 'ARRAY\\[')
"""
"""Every column with words, bytes or ids; a text that its check lets be one of a list is none."""

_CODES: Final = frozenset(
    [
        "account",
        "action",
        "aggregate_id",
        "area",
        "audience",
        "audit_id",
        "causation_id",
        "channel",
        "consumer",
        "correlation_id",
        "country",
        "currency",
        "data_class",
        "dataset",
        "decision",
        "departement",
        "effect_id",
        "encoding",
        "event_id",
        "event_type",
        "family",
        "features",
        "kind",
        "language",
        "media_type",
        "number",
        "owner",
        "period",
        "postcode",
        "price_code",
        "role",
        "scheme",
        "separator",
        "service",
        "siren",
        "site_id",
        "template",
        "territories",
        "territory_id",
        "territory_ids",
        "timer_id",
        "topic",
        "town_code",
        "town_name",
        "traceparent",
        "type",
        "unit",
        "zone",
    ]
)
"""Names of columns that hold codes, numbers and places in every service: nobody can be written there."""

_CHASSIS_OWN: Final = frozenset(
    f"{table}.{column}"
    for table, columns in {
        "audit": "actor_id object reason",  # who did what: a number that leads to nobody
        "effect": "actor_id answer data error",  # under way, by number; names travel sealed
        "event_log": "actor_id",
        "idempotency": "digest key",
        "jwks": "issuer keys",
        "lane": "error",
        "lane_event": "data headers",  # sealed under the destroyed key; words are taken out
        "quarantine": "data error headers key",
        "reference_table": "name reason",
        "subject_key": "person_id wrapped_key",  # destroyed, and so for good
        "relay_lease": "name",
        "schema_migration": "name",
        "timer": "actor_id data error",
    }.items()
    for column in columns.split()
)
"""What the chassis itself holds under a number, or sealed as it was told."""
