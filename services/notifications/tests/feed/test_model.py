"""What leaves the platform: whatever the type of event, no sealed field, no pseudonym without a basis."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from notifications_builders import a_fact

from chassis.ids import new_id
from contracts.booking import BookingConfirmed
from contracts.envelope import Event, Fact
from contracts.examples import example
from contracts.marks import personal_fields, pseudonyms
from contracts.schemas import schema_of
from notifications.feed.model import ALWAYS, AgreementMissing, fed, grants, in_order, shown, without
from notifications.partners.model import OFFERED, Agreement

PERSON = "0195a1b0-5c00-7000-8000-000000000004"
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


def an_event(
    fact: Fact, version: int = 1, recorded_at: datetime = NOON, territory: str = "200035715"
) -> Event[Any]:
    return Event(
        id=new_id(),
        type=fact.type,
        topic=fact.topic.name,
        territory_id=territory,
        aggregate_id=fact.aggregate_id,
        version=version,
        recorded_at=recorded_at,
        correlation_id=new_id(),
        causation_id=None,
        actor_id=str(new_id()),
        data_class=fact.data_class,
        site_id=None,
        traceparent=None,
        data=fact,
    )


def with_persons(fact: type[Fact]) -> Fact:
    """An example in which every party is a person."""
    data = example(schema_of(fact))
    for path in pseudonyms(fact):
        *groups, party, field = path.split(".") if "." in path else ("", path)
        if field == "person_id" and party:
            group = reduce(lambda value, name: value[name], groups, data)
            group[party] = {"person_id": PERSON}
    return fact.model_validate(data)


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_no_pseudonym_of_any_type_leaves_without_a_basis(name: str) -> None:
    fact = with_persons(OFFERED[name])
    event = an_event(fact)
    kept = fed(event)
    bare = shown(event.id, name, kept.event, with_pseudonyms=False).event
    full = shown(event.id, name, kept.event, with_pseudonyms=True).event
    assert PERSON not in bare
    assert str(event.actor_id) not in bare
    assert (PERSON in full) == bool(pseudonyms(OFFERED[name]))
    assert json.loads(bare)["data"].keys() <= json.loads(full)["data"].keys()
    assert "sealed.v1" not in full


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_every_type_reads_as_a_cloudevent_with_the_ids_it_has_inside(name: str) -> None:
    event = an_event(with_persons(OFFERED[name]), version=7)
    read = JSONFormat().read(CloudEvent, fed(event).event)
    assert (read.get_id(), read.get_type()) == (str(event.id), name)
    assert read.get_source() == f"/{event.topic.split('.')[0]}"
    assert read.get_subject() == event.aggregate_id
    assert read.get_time() == NOON
    assert read.get_extension("sequence") == "7"
    assert read.get_extension("territoryid") == "200035715"
    assert read.get_extension("correlationid") == str(event.correlation_id)
    sealed = personal_fields(OFFERED[name]).keys()
    assert read.get_data() == event.data.model_dump(mode="json", exclude=set(sealed))


def test_what_stands_at_a_path_goes_through_groups_and_lists() -> None:
    value = {"a": [{"b": 1, "c": 2}, {"b": 3}], "d": None, "e": {"b": 4}}
    assert without(value, ["a", "b"]) == {"a": [{"c": 2}, {}], "d": None, "e": {"b": 4}}
    assert without(value, ["d", "b"]) == value
    assert without(value, ["z"]) == value


def an_agreement(first: date, *names: str, pseudonyms: bool = False, last: date | None = None) -> Agreement:
    starts = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) if last else None
    return Agreement(new_id(), UUID(PERSON), names, pseudonyms, "x", first, last, starts, ends)


def test_several_agreements_add_up_and_one_that_does_not_hold_counts_for_nothing() -> None:
    booked, other = BookingConfirmed.type, "maillage.billing.ChargePriced.v1"
    found = grants(
        [
            an_agreement(date(2026, 3, 1), booked, other),
            an_agreement(date(2026, 2, 1), booked),
            an_agreement(date(2026, 3, 5), booked, pseudonyms=True),
            an_agreement(date(2026, 1, 1), booked, pseudonyms=True, last=date(2026, 3, 12)),
            an_agreement(date(2026, 3, 13), booked, pseudonyms=True),
        ],
        NOON,
    )
    by_type = {grant.type: grant for grant in found}
    assert by_type.keys() == {booked, other}
    assert by_type[booked].since == datetime(2026, 2, 1, tzinfo=UTC)
    assert by_type[booked].pseudonyms_since == datetime(2026, 3, 5, tzinfo=UTC)
    assert by_type[other].pseudonyms_since is None


def test_nothing_is_read_without_an_agreement_or_of_a_type_this_release_does_not_know() -> None:
    for agreements in (
        [],
        [an_agreement(date(2026, 3, 13), BookingConfirmed.type)],
        [an_agreement(date(2026, 3, 1), "maillage.booking.BookingLost.v1")],
    ):
        with pytest.raises(AgreementMissing):
            grants(agreements, NOON)


def test_a_batch_is_fed_in_order_of_time_and_never_against_the_versions_of_one_aggregate() -> None:
    first, second = (a_fact(BookingConfirmed, booking_id=new_id()) for _ in range(2))
    early, late = NOON, NOON + timedelta(seconds=5)
    # the clock of the database was set back between two versions
    batch = [an_event(first, 1, late), an_event(first, 2, early), an_event(second, 1, early)]
    assert [each.id for each in in_order(batch)] == [batch[2].id, batch[0].id, batch[1].id]
    assert in_order([]) == []
    assert ALWAYS < NOON
