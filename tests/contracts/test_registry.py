"""What the registry lists, and what it refuses to list."""

from collections.abc import Mapping
from types import new_class
from typing import Annotated
from uuid import UUID

import pytest

from contracts import registry
from contracts.booking import BOOKINGS, BookingConfirmed
from contracts.envelope import Fact, Topic
from contracts.marks import Sealed, personal_fields, pseudonyms
from contracts.membership import PersonRegistered
from contracts.schemas import schema_of

BUSY = {"booking.bookings.v1", "billing.charges.v1", "membership.memberships.v1", "notifications.messages.v1"}
SEALED_NAME = {"name": Annotated[str, Sealed("planted_id")]}
PLANTED = Topic("booking.planted.v1", key="planted_id")


def a_class(
    name: str, topic: Topic = PLANTED, data_class: str = "internal", more: Mapping[str, object] | None = None
) -> type[Fact]:
    """An event class as a module would define it."""
    body = {"__doc__": "Planted.", "__annotations__": {"planted_id": UUID, **(more or {})}}
    keywords = {"topic": topic, "data_class": data_class}
    made = new_class(name, (Fact,), keywords, lambda namespace: namespace.update(body))
    assert issubclass(made, Fact)
    return made


def test_the_classes_of_this_release_are_consistent() -> None:
    assert registry.inconsistencies(registry.SERVICES) == []
    assert {fact.topic.service for fact in registry.FACTS.values()} == set(registry.SERVICES)


def test_a_type_leads_to_its_class_and_an_unknown_one_to_none() -> None:
    assert registry.fact_class("maillage.booking.BookingConfirmed.v1") is BookingConfirmed
    assert registry.fact_class("maillage.booking.BookingConfirmed.v9") is None


def test_busy_topics_have_twelve_partitions_and_the_others_three() -> None:
    assert {topic.name: topic.partitions for topic in registry.topics()} == {
        topic.name: 12 if topic.name in BUSY else 3 for topic in registry.topics()
    }
    assert {topic.name for topic in registry.topics()} >= BUSY


def test_only_the_keys_of_persons_are_compacted() -> None:
    assert [topic.name for topic in registry.topics() if topic.compacted] == ["membership.subject-keys.v1"]


def test_every_event_of_a_topic_is_found_on_it() -> None:
    assert {fact.__name__ for fact in registry.facts_on(BOOKINGS)} >= {"BookingHeld", "BookingMarkedNoShow"}
    assert sum(len(registry.facts_on(topic)) for topic in registry.topics()) == len(registry.FACTS)


@pytest.mark.parametrize(
    ("service", "classes", "sentence"),
    [
        ("billing", [a_class("A")], "is told by billing, yet its topic is booking.planted.v1"),
        ("booking", [a_class("A"), a_class("A")], "is told by 2 classes"),
        ("booking", [a_class("A", Topic("booking.planted.v1", "door_id"))], "lacks door_id"),
        ("booking", [a_class("A", data_class="personal")], "is personal and seals 0 fields"),
        (
            "booking",
            [a_class("A", more=SEALED_NAME)],
            "is internal and seals 1 fields",
        ),
        (
            "booking",
            [a_class("A", data_class="personal", more={"name": Annotated[str, Sealed("person_id")]})],
            "under person_id, which it does not have",
        ),
        (
            "booking",
            [a_class("A"), a_class("B", Topic("booking.planted.v1", "planted_id", partitions=12))],
            "booking.planted.v1 is described in 2 different ways",
        ),
    ],
)
def test_a_planted_inconsistency_is_named(service: str, classes: list[type[Fact]], sentence: str) -> None:
    said = {service: classes}
    assert any(sentence in found for found in registry.inconsistencies(said)), registry.inconsistencies(said)


def test_a_key_that_may_be_left_out_is_named() -> None:
    class Optional(Fact, topic=PLANTED):
        """Planted."""

        planted_id: UUID | None = None

    assert registry.inconsistencies({"booking": [Optional]}) == [
        "maillage.booking.Optional.v1 may leave out planted_id, the key of booking.planted.v1."
    ]


def test_an_event_without_meaning_is_named() -> None:
    class Mute(Fact, topic=PLANTED):
        planted_id: UUID

    assert registry.inconsistencies({"booking": [Mute]}) == [
        "maillage.booking.Mute.v1 does not say what it means."
    ]


def test_names_and_contacts_are_sealed_and_persons_are_pseudonyms() -> None:
    assert personal_fields(PersonRegistered) == dict.fromkeys(
        ("given_name", "family_name", "mail", "phone", "address"), "person_id"
    )
    assert pseudonyms(BookingConfirmed) == {"person_id", "payer.person_id", "arrival_code"}


@pytest.mark.parametrize("fact", registry.FACTS.values(), ids=registry.FACTS)
def test_the_marks_that_code_reads_are_those_that_the_schema_shows(fact: type[Fact]) -> None:
    properties = schema_of(fact)["properties"]
    shown = {name: field["x-subject"] for name, field in properties.items() if field.get("x-personal")}
    assert personal_fields(fact) == shown


@pytest.mark.parametrize("fact", registry.FACTS.values(), ids=registry.FACTS)
def test_every_field_says_what_it_means(fact: type[Fact]) -> None:
    schema = schema_of(fact)
    for described in (schema, *schema.get("$defs", {}).values()):
        assert described.get("description"), described["title"]
        for name, field in described["properties"].items():
            branches = [field, *field.get("anyOf", [])]
            assert any(branch.get("description") or "$ref" in branch for branch in branches), name
