"""Owns what a run leaves behind: the client's log, both databases and the topics, as plain rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Place = tuple[str, str]  # territory, item


class Command(NamedTuple):
    """A touch that a client asked for; `n` is what it was answered, None while nobody has answered."""

    territory_id: str
    item_id: str
    touch_id: str
    n: int | None


class Logged(NamedTuple):
    """A row of event_log; `touch_id` is None for events that are no touch."""

    service: str
    territory_id: str
    topic: str
    item_id: str
    version: int
    event_id: str
    n: int
    touch_id: str | None


class Record(NamedTuple):
    """An event as it stands in a topic, in the order of its partition."""

    topic: str
    partition: int
    offset: int
    territory_id: str
    item_id: str
    version: int
    event_id: str


class Effect(NamedTuple):
    """A row of a journal: a handler acted."""

    consumer: str
    seq: int
    territory_id: str
    topic: str
    item_id: str
    version: int
    event_id: str


class Counted(NamedTuple):
    """How often something counted each item: the command, or a consumer."""

    what: str
    territory_id: str
    item_id: str
    n: int


class Watermark(NamedTuple):
    """How far a consumer got with an item of a topic."""

    consumer: str
    topic: str
    territory_id: str
    item_id: str
    version: int
    parked: bool


@dataclass(slots=True)
class History:
    """Everything the checker looks at; `hears` says which topic each consumer listens to."""

    hears: Mapping[str, str]
    commands: list[Command] = field(default_factory=list)
    logged: list[Logged] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    counts: list[Counted] = field(default_factory=list)
    counters: dict[tuple[str, str, str], int] = field(
        default_factory=dict
    )  # (topic, territory, item): version
    watermarks: list[Watermark] = field(default_factory=list)
    leftovers: dict[str, int] = field(default_factory=dict)  # "alpha.outbox": rows

    @property
    def duplicates(self) -> int:
        """How many records repeat an event that the topic already has."""
        return len(self.records) - len({(record.topic, record.event_id) for record in self.records})
