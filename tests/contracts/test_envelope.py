"""Topics, facts and the names derived from them."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.envelope import Fact, Topic

DOORS = Topic("booking.door-locks.v2", key="door_id", partitions=12)


class DoorState(Fact):
    door_id: UUID


class DoorUnlocked(DoorState, topic=DOORS, data_class="public"):
    """A door can be opened."""

    seconds: int = 5


class DoorLocked(DoorState, topic=DOORS):
    """A door cannot be opened."""


A_DOOR = UUID(int=7)


def test_a_type_is_named_by_service_class_and_major() -> None:
    assert DoorUnlocked.type == "maillage.booking.DoorUnlocked.v2"
    assert DoorUnlocked.topic is DOORS


def test_a_fact_is_internal_unless_it_says_otherwise() -> None:
    assert (DoorUnlocked.data_class, DoorLocked.data_class) == ("public", "internal")


def test_the_aggregate_is_the_key_field_as_text() -> None:
    assert DoorLocked(door_id=A_DOOR).aggregate_id == "00000000-0000-0000-0000-000000000007"


def test_fields_shared_by_facts_are_no_fact_of_their_own() -> None:
    assert not hasattr(DoorState, "type")


def test_an_unknown_field_is_ignored_by_an_older_reader() -> None:
    written = '{"door_id": "00000000-0000-0000-0000-000000000007", "added_later": [1]}'
    assert DoorLocked.model_validate_json(written) == DoorLocked(door_id=A_DOOR)


def test_a_fact_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        DoorLocked(door_id=A_DOOR).door_id = UUID(int=8)  # type: ignore[misc]


@pytest.mark.parametrize(
    "name",
    ["bookings.v1", "booking.bookings", "booking.Bookings.v1", "booking.door_locks.v1", "booking.a.v0"],
)
def test_a_topic_named_otherwise_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is named <service>"):
        Topic(name, key="door_id")
