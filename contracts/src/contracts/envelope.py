"""Decides what every event is: its topic, its type name, its key and the envelope it travels in."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

DataClass = Literal["public", "internal", "personal"]

_TOPIC_NAME = re.compile(r"(?P<service>[a-z]+)\.(?P<plural>[a-z]+(?:-[a-z]+)*)\.v(?P<major>[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Topic:
    """The Kafka topic of one aggregate type: `<service>.<plural aggregate>.v<major>`.

    `key` names the field of the event's data that identifies the aggregate. `partitions` is never increased:
    that would move keys and break their order.
    """

    name: str
    key: str
    partitions: int = 3
    compacted: bool = False

    def __post_init__(self) -> None:
        if _TOPIC_NAME.fullmatch(self.name) is None:
            raise ValueError(f"a topic is named <service>.<plural-aggregate>.v<major>, not {self.name!r}")

    @property
    def service(self) -> str:
        return self.name.split(".")[0]

    @property
    def major(self) -> int:
        return int(self.name.rpartition(".v")[2])


class Fact(BaseModel):
    """What an event says; a subclass names its topic: `class BookingConfirmed(Fact, topic=BOOKINGS)`.

    A subclass without a topic is a set of fields that several events share. Unknown fields are ignored, so
    that an older consumer reads what a newer producer writes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[Topic]
    type: ClassVar[str]
    data_class: ClassVar[DataClass] = "internal"

    def __init_subclass__(
        cls, *, topic: Topic | None = None, data_class: DataClass = "internal", **kwargs: object
    ) -> None:
        super().__init_subclass__(**kwargs)  # type: ignore[arg-type]
        if topic is not None:
            cls.topic = topic
            cls.type = f"maillage.{topic.service}.{cls.__name__}.v{topic.major}"
            cls.data_class = data_class

    @property
    def aggregate_id(self) -> str:
        return str(getattr(self, self.topic.key))


F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Event(Generic[F]):
    """The envelope, decoded: what a handler receives.

    `version` counts the events of one (topic, territory, aggregate) from 1. `recorded_at` is the database
    clock and orders nothing. `actor_id` is opaque.
    """

    id: UUID
    type: str
    topic: str
    territory_id: str
    aggregate_id: str
    version: int
    recorded_at: datetime
    correlation_id: UUID
    causation_id: UUID | None
    actor_id: str | None
    data_class: str
    site_id: str | None
    traceparent: str | None
    data: F
