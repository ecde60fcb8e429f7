"""Takes the words out of events about a person that wait in a lane, to be handled later without them."""

from typing import Any, Final
from uuid import UUID

import orjson

from chassis.db import Tx

WORDS: Final = frozenset({"reason", "words", "test"})
"""The fields of events in which people write what they like."""
UNSAID: Final = "…"


async def silence(tx: Tx, person_id: UUID) -> int:
    """Empty the words of parked events that name a person in this territory; return of how many events."""
    found = await tx.fetch(_ABOUT, tx.territory_id, person_id)
    for row in found:
        await tx.execute(_SAVE, row["ctid"], without_words(row["data"]))
    return len(found)


def without_words(data: bytes) -> bytes:
    """Return the data of an event without what was written in words; nothing of what cannot be read."""
    try:
        return orjson.dumps(_quiet(orjson.loads(data)))
    except orjson.JSONDecodeError:
        return b"{}"


def _quiet(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: UNSAID if name in WORDS and isinstance(each, str) else _quiet(each)
            for name, each in value.items()
        }
    return [_quiet(each) for each in value] if isinstance(value, list) else value


_ABOUT = """
SELECT ctid, data FROM lane_event
WHERE territory_id = $1 AND position(convert_to($2::uuid::text, 'UTF8') in data) > 0
FOR UPDATE
"""
_SAVE = "UPDATE lane_event SET data = $2 WHERE ctid = $1"
