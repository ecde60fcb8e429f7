"""How an event looks on Kafka: CloudEvents 1.0, binary mode, every attribute a header."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.errors import Fault

Headers = list[tuple[str, bytes]]

_OPTIONAL_COLUMNS = (
    ("ce_causationid", "causation_id"),
    ("ce_actorid", "actor_id"),
    ("ce_siteid", "site_id"),
    ("ce_traceparent", "traceparent"),
)


class UnreadableEnvelopeError(Fault):
    """A record is no event of ours: its attributes are missing or contradict each other."""


class LoggedEvent(Protocol):
    """A row of event_log, as the relay reads it."""

    def __getitem__(self, column: str) -> object: ...


@dataclass(slots=True)
class Envelope:
    """One event as it arrived: attributes read, once, data still bytes."""

    topic: str
    territory_id: str
    aggregate_id: str
    key: tuple[str, str, str]
    """Territory, topic and aggregate: within it, versions count."""
    version: int
    id: UUID
    type: str
    recorded_at: dt.datetime
    correlation_id: UUID
    headers: Mapping[str, str]
    data: bytes

    def attribute(self, name: str) -> str | None:
        return self.headers.get(f"ce_{name}")

    def uuid(self, name: str) -> UUID | None:
        value = self.attribute(name)
        return UUID(value) if value else None


def record_key(territory_id: str, aggregate_id: str) -> bytes:
    """Return the Kafka key, which decides the partition: `<territory>/<aggregate>`."""
    return f"{territory_id}/{aggregate_id}".encode()


def encode(row: LoggedEvent, source: bytes) -> Headers:
    """Return the headers of one row of event_log; `source` is the service, as `/booking`."""
    territory = str(row["territory_id"]).encode()
    aggregate = str(row["aggregate_id"]).encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(row["event_id"]).encode()),
        ("ce_type", str(row["type"]).encode()),
        ("ce_source", source),
        ("ce_subject", aggregate),
        ("ce_time", _timestamp(row["recorded_at"])),
        ("content-type", b"application/json"),
        ("ce_territoryid", territory),
        ("ce_partitionkey", territory + b"/" + aggregate),
        ("ce_sequence", str(row["version"]).encode()),
        ("ce_dataclass", str(row["data_class"]).encode()),
        ("ce_correlationid", str(row["correlation_id"]).encode()),
    ]
    for name, column in _OPTIONAL_COLUMNS:
        if (value := row[column]) is not None:
            headers.append((name, str(value).encode()))
    return headers


def decode(
    topic: str, key: bytes | None, headers: Iterable[tuple[str, bytes]], data: bytes | None
) -> Envelope:
    """Read one Kafka record.

    Raises UnreadableEnvelopeError, which says what is wrong, for anything but an event of ours.
    """
    try:
        attributes = {name: value.decode() for name, value in headers}
        envelope = restore(topic, attributes, data if data is not None else b"")
    except (KeyError, ValueError, TypeError) as error:
        raise UnreadableEnvelopeError(f"{type(error).__name__}: {error}") from error
    if key != record_key(envelope.territory_id, envelope.aggregate_id):
        raise UnreadableEnvelopeError(f"the key {key!r} is not the event's territory and aggregate")
    if data is None:
        raise UnreadableEnvelopeError("the record has no data")
    return envelope


def restore(topic: str, attributes: Mapping[str, str], data: bytes) -> Envelope:
    """Build an envelope from attributes kept as text, as a lane keeps them."""
    territory = attributes["ce_territoryid"]
    if len(territory) != 9 or not (territory.isascii() and territory.isdigit()):  # noqa: PLR2004 - a SIREN has nine digits
        raise ValueError(f"the territory {territory!r} is no SIREN")
    version = int(attributes["ce_sequence"])
    if version < 1:
        raise ValueError(f"the sequence {version} is below 1")
    aggregate = attributes["ce_subject"]
    return Envelope(
        topic=topic,
        territory_id=territory,
        aggregate_id=aggregate,
        key=(territory, topic, aggregate),
        version=version,
        id=UUID(attributes["ce_id"]),
        type=attributes["ce_type"],
        recorded_at=dt.datetime.fromisoformat(attributes["ce_time"]),
        correlation_id=UUID(attributes["ce_correlationid"]),
        headers=attributes,
        data=data,
    )


def _timestamp(value: object) -> bytes:
    if not isinstance(value, dt.datetime):
        raise TypeError(f"recorded_at is a {type(value).__name__}")
    return value.isoformat().replace("+00:00", "Z").encode()
