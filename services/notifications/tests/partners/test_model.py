"""What a partner can be given, and from when to when."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from chassis.ids import new_id
from contracts.booking import BookingConfirmed
from contracts.membership import PersonRegistered, RoleGranted
from contracts.registry import FACTS, PLATFORM_TOPICS
from notifications.partners.model import (
    OFFERED,
    Agreement,
    AgreementOver,
    AgreementWithoutDays,
    EndInThePast,
    EventTypeNotOffered,
    NothingToRead,
    begins,
    check_days,
    check_end,
    digest,
    types_of,
)
from notifications.partners.ports import draw_key

PARIS = ZoneInfo("Europe/Paris")


def an_agreement(valid_until: date | None = None) -> Agreement:
    first = date(2026, 3, 1)
    ends = begins(valid_until, PARIS) if valid_until else None
    return Agreement(new_id(), new_id(), (), False, "x", first, valid_until, begins(first, PARIS), ends)


def test_a_topic_stands_for_its_types_of_today() -> None:
    covered = types_of([PlainType], ["booking.bookings.v1"])
    on_topic = {name for name, fact in FACTS.items() if fact.topic.name == "booking.bookings.v1"}
    assert BookingConfirmed.type in on_topic
    assert set(covered) == on_topic | {PlainType}
    assert len(covered) == len(set(covered))


PlainType = RoleGranted.type


def test_events_about_persons_themselves_are_never_offered() -> None:
    assert PersonRegistered.type not in OFFERED
    assert all(FACTS[name].topic not in PLATFORM_TOPICS for name in OFFERED)
    assert BookingConfirmed.type in OFFERED
    for name in (PersonRegistered.type, "maillage.booking.BookingLost.v1"):
        with pytest.raises(EventTypeNotOffered):
            types_of([name], [])
    with pytest.raises(EventTypeNotOffered):
        types_of([], ["membership.persons.v1"])


def test_an_agreement_names_something() -> None:
    with pytest.raises(NothingToRead):
        types_of([], [])


def test_an_agreement_has_at_least_one_day() -> None:
    check_days(date(2026, 3, 1), date(2026, 3, 2))
    check_days(date(2026, 3, 1), None)
    with pytest.raises(AgreementWithoutDays):
        check_days(date(2026, 3, 1), date(2026, 3, 1))


def test_an_agreement_holds_from_the_midnight_of_its_place_to_that_of_its_end() -> None:
    agreement = an_agreement(date(2026, 4, 1))
    for instant, holds in (
        (datetime(2026, 2, 28, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 2, 28, 23, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), False),
    ):
        assert agreement.holds_at(instant) is holds


def test_an_agreement_ends_today_or_later_and_once() -> None:
    today = date(2026, 3, 12)
    check_end(an_agreement(), today, today)
    check_end(an_agreement(date(2026, 9, 1)), today, today)
    with pytest.raises(EndInThePast):
        check_end(an_agreement(), date(2026, 3, 11), today)
    with pytest.raises(AgreementOver):
        check_end(an_agreement(today), today, today)
    with pytest.raises(AgreementOver):
        check_end(an_agreement(date(2026, 9, 1)), date(2026, 10, 1), today)


def test_keys_have_256_random_bits_and_no_two_are_the_same() -> None:
    keys = {draw_key() for _ in range(50)}
    assert len({digest(key) for key in keys}) == 50
    assert {len(key) for key in keys} == {len("mlg_") + 43}
