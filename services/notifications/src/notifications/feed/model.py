"""Decides what of an event leaves the platform: a structured CloudEvent, less what the reader may not see."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from chassis.errors import Refused
from contracts.envelope import Event
from contracts.marks import personal_fields, pseudonyms
from notifications.partners.model import OFFERED, Agreement

KEPT_DAYS: Final = 30
ALWAYS: Final = datetime.min.replace(tzinfo=UTC)

Paths = tuple[tuple[str, ...], ...]


def _paths(names: Iterable[str]) -> Paths:
    return tuple(tuple(name.split(".")) for name in names)


_SEALED: Final = {name: _paths(personal_fields(fact)) for name, fact in OFFERED.items()}
_PSEUDONYMS: Final = {name: _paths(pseudonyms(fact)) for name, fact in OFFERED.items()}
"""Where the fields stand that leave the platform never, or only by agreement, by type."""


class AgreementMissing(Refused):
    """No agreement lets you read events of this territory today."""

    status = 403
    fr = "Aucune convention ne vous permet de lire aujourd'hui des événements de ce territoire."
    cure = ("Ask the territory for an agreement.", "Demandez une convention au territoire.")


class CursorGone(Refused):
    """The feed does not hold the event {after}: it keeps {days} days."""

    status = 410
    fr = "Le flux ne contient pas l'événement {after} : il garde {days} jours."
    cure = (
        "Read from the start of what is kept, without a cursor; events in between may have been missed.",
        "Reprenez sans curseur, au début de ce qui est gardé ; des événements ont pu vous échapper.",
    )


class StreamsTaken(Refused):
    """There are {most} streams open already."""

    status = 429
    fr = "Il y a déjà {most} flux ouverts."
    cure = ("Close one of yours, or read by page.", "Fermez l'un des vôtres, ou lisez par page.")


@dataclass(frozen=True, slots=True)
class Grant:
    """From which instant on a reader sees one type of event, and from which one the pseudonyms in it too."""

    type: str
    since: datetime
    pseudonyms_since: datetime | None


@dataclass(frozen=True, slots=True)
class Fed:
    """An event as the feed keeps it."""

    territory_id: str
    event_id: UUID
    type: str
    event: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a territory's feed: the position that orders, the event id that travels as the cursor."""

    position: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as its reader receives it."""

    event_id: UUID
    event: str


def everything() -> list[Grant]:
    """Return what the territory's own staff see: all that partners could be given, with pseudonyms."""
    return [Grant(name, ALWAYS, ALWAYS) for name in OFFERED]


def grants(agreements: Iterable[Agreement], now: datetime) -> list[Grant]:
    """Return what the agreements that hold now let a partner read; raises AgreementMissing for nothing.

    A type that this release does not know is left out: what is personal in it cannot be told.
    """
    found: dict[str, Grant] = {}
    for agreement in agreements:
        if agreement.holds_at(now):
            for name in OFFERED.keys() & set(agreement.event_types):
                since = agreement.starts_at
                grant = Grant(name, since, since if agreement.pseudonyms else None)
                found[name] = _wider(found[name], grant) if name in found else grant
    if not found:
        raise AgreementMissing
    return list(found.values())


def fed(event: Event[Any]) -> Fed:
    """Return an event as a structured CloudEvent (CloudEvents 1.0.2, JSON format) without sealed fields."""
    data = event.data.model_dump(mode="json")
    for path in _SEALED[event.type]:
        data = without(data, path)
    attributes = {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"/{event.topic.partition('.')[0]}",
        "type": event.type,
        "subject": event.aggregate_id,
        "time": event.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "territoryid": event.territory_id,
        "partitionkey": f"{event.territory_id}/{event.aggregate_id}",
        "sequence": str(event.version),
        "correlationid": str(event.correlation_id),
        "causationid": str(event.causation_id) if event.causation_id else None,
        "actorid": event.actor_id,
        "dataclass": event.data_class,
        "siteid": event.site_id,
        "traceparent": event.traceparent,
    }
    content = {name: value for name, value in attributes.items() if value is not None} | {"data": data}
    return Fed(event.territory_id, event.id, event.type, _json(content), event.recorded_at)


def shown(event_id: UUID, event_type: str, event: str, *, with_pseudonyms: bool) -> Shown:
    """Return an event for its reader, persons' pseudonyms taken out unless the agreement includes them."""
    if with_pseudonyms:
        return Shown(event_id, event)
    content = json.loads(event)
    content.pop("actorid", None)
    for path in _PSEUDONYMS[event_type]:
        content["data"] = without(content["data"], path)
    return Shown(event_id, _json(content))


def without(value: Any, path: Sequence[str]) -> Any:
    """Return the value less what stands at the path, through groups and lists."""
    if isinstance(value, list):
        return [without(each, path) for each in value]
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    if len(path) == 1:
        return {name: each for name, each in value.items() if name != path[0]}
    return {**value, path[0]: without(value[path[0]], path[1:])}


def in_order(events: Iterable[Event[Any]]) -> list[Event[Any]]:
    """Sort a batch by territory and time of record, never against the versions of one aggregate."""
    latest: dict[tuple[str, str, str], datetime] = {}
    timed = []
    for number, event in enumerate(events):
        key = event.territory_id, event.topic, event.aggregate_id
        latest[key] = max(latest.get(key, ALWAYS), event.recorded_at)
        timed.append((event.territory_id, latest[key], number, event))
    return [event for *_, event in sorted(timed, key=lambda each: each[:3])]


def _wider(one: Grant, other: Grant) -> Grant:
    instants = [each for each in (one.pseudonyms_since, other.pseudonyms_since) if each is not None]
    return replace(one, since=min(one.since, other.since), pseudonyms_since=min(instants, default=None))


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
