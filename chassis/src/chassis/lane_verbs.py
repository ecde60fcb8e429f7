"""What an operator may do with a parked aggregate: look, retry, skip, replace; each with a reason."""

import json
from typing import Any

from pydantic import ValidationError

from chassis import audit
from chassis.db import Database, Tx
from chassis.errors import Invalid, NotFound, Refused
from chassis.faults import described
from chassis.ids import new_id
from chassis.subscriber import Subscriber
from chassis.wire import restore

LaneName = tuple[str, str, str, str]  # consumer, territory, topic, aggregate


class ReasonMissing(Refused):
    """Say why: a lane is only touched with a reason."""

    status = 422
    fr = "Dites pourquoi : on ne touche à une file en attente qu'avec un motif."


async def lanes(database: Database, *, consumer: str | None = None, most: int = 100) -> list[dict[str, Any]]:
    """Return the lanes, oldest first: where, since when, how many events wait, and the last error."""
    return [dict(row) for row in await database.survey(_LIST, consumer, most)]


async def waiting_events(database: Database, name: LaneName) -> list[dict[str, Any]]:
    """Return the events that wait in a lane, in order: version, attributes, data as text."""
    rows = await database.survey(_EVENTS, *name)
    return [
        {
            "version": row["version"],
            "headers": json.loads(row["headers"]),
            "data": row["data"].decode(errors="replace"),
        }
        for row in rows
    ]


async def retry(database: Database, name: LaneName, reason: str) -> None:
    """Try the lane again at once, a dead one too."""
    async with database.tx(name[1]) as tx:
        await _head(tx, name)
        await tx.execute(_RETRY, *name)
        await _note(tx, "retry", name, reason)


async def skip(database: Database, name: LaneName, reason: str) -> int:
    """Let the event at the head of the lane count as handled, without effect; return its version."""
    async with database.tx(name[1]) as tx:
        head = await _head(tx, name)
        await tx.execute(_SKIP, *name, head)
        await tx.execute(_RETRY, *name)
        await _note(tx, "skip", name, reason, head)
    return head


async def replace(
    database: Database, subscriber: Subscriber, name: LaneName, data: bytes, reason: str
) -> int:
    """Put a new event, caused by the one at the head of the lane, in its place; return its version.

    Raises Invalid when the data breaks the contract of the event's type.
    """
    async with database.tx(name[1]) as tx:
        head = await _head(tx, name)
        headers = json.loads(await tx.fetchval(_HEAD_HEADERS, *name, head))
        headers |= {"ce_id": str(new_id()), "ce_causationid": headers["ce_id"]}
        try:
            subscriber.read(restore(name[2], headers, data))
        except (ValidationError, ValueError, KeyError) as error:
            raise Invalid(reason=described(error)) from error
        await tx.execute(_REPLACE, *name, head, json.dumps(headers), data)
        await tx.execute(_RETRY, *name)
        await _note(tx, "replace", name, reason, head)
    return head


async def _head(tx: Tx, name: LaneName) -> int:
    """Lock the lane's watermark and return the version at its head; raises NotFound."""
    await tx.fetchval(_LOCK, *name)
    head: int | None = await tx.fetchval(_HEAD, *name)
    if head is None:
        raise NotFound(what="lane", id="/".join(name))
    return head


async def _note(tx: Tx, verb: str, name: LaneName, reason: str, version: int | None = None) -> None:
    if not reason.strip():
        raise ReasonMissing
    place = "" if version is None else f"version {version}: "
    await audit.record(tx, f"lane:{verb}", "lane/" + "/".join(name), "allowed", place + reason)


_NAME = "consumer = $1 AND territory_id = $2 AND topic = $3 AND aggregate_id = $4"

_LIST = """
SELECT l.consumer, l.territory_id, l.topic, l.aggregate_id, l.state, l.attempts, l.next_at, l.opened_at,
    l.error,
    (SELECT count(*) FROM lane_event e WHERE e.consumer = l.consumer AND e.territory_id = l.territory_id
        AND e.topic = l.topic AND e.aggregate_id = l.aggregate_id) AS events
FROM lane l WHERE $1::text IS NULL OR l.consumer = $1 ORDER BY l.opened_at LIMIT $2
"""
_EVENTS = f"SELECT version, headers, data FROM lane_event WHERE {_NAME} ORDER BY version"
_LOCK = f"SELECT version FROM watermark WHERE {_NAME} FOR UPDATE"
_HEAD = f"SELECT min(version) FROM lane_event WHERE {_NAME}"
_HEAD_HEADERS = f"SELECT headers FROM lane_event WHERE {_NAME} AND version = $5"
_RETRY = f"UPDATE lane SET state = 'retrying', attempts = 0, next_at = clock_timestamp() WHERE {_NAME}"
_SKIP = f"""
WITH dropped AS (DELETE FROM lane_event WHERE {_NAME} AND version <= $5)
UPDATE watermark SET version = $5 WHERE {_NAME}
"""
_REPLACE = f"UPDATE lane_event SET headers = $6, data = $7 WHERE {_NAME} AND version = $5"
