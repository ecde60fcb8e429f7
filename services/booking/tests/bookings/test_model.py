"""What may become of a booking, state by state."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from booking.bookable.model import DeskOnly, Wanted
from booking.bookings.model import AlreadyBegun, Booking, CheckInClosed, HoldLapsed, NotPossibleNow
from booking.rights.model import Grant
from booking.sites.model import Rules, Site
from contracts.values import Party

START = datetime(2026, 3, 12, 9, tzinfo=UTC)
END = START + timedelta(hours=2)
RULES = Rules()
PERSON = UUID(int=1)
STATES = (
    "held",
    "requested",
    "confirmed",
    "checked_in",
    "rejected",
    "expired",
    "cancelled",
    "no_show",
)


def a_booking(state: str = "confirmed") -> Booking:
    return Booking(
        booking_id=UUID(int=2),
        state=state,
        site_id=UUID(int=3),
        site_name="L'Atelier",
        resource_id=UUID(int=4),
        resource_name="Salle d'Aude",
        kind="room",
        price_code=None,
        start=START,
        end=END,
        zone="Europe/Paris",
        person_id=PERSON,
        attendees=None,
        grant=Grant("nomad", Party(person_id=PERSON), "money"),
        rights_as_of=START,
        expires_at=START - timedelta(hours=1) if state in ("held", "requested") else None,
    )


ACTS: dict[str, tuple[Callable[[Booking], object], set[str]]] = {
    "confirm": (lambda booking: booking.confirmed(START - timedelta(hours=2)), {"held"}),
    "reschedule": (lambda booking: booking.rescheduled(a_booking(), START - timedelta(1)), {"confirmed"}),
    "approve": (lambda booking: booking.approved(START - timedelta(hours=2)), {"requested"}),
    "reject": (lambda booking: booking.rejected("Travaux"), {"requested"}),
    "cancel": (lambda booking: booking.cancelled(START, RULES, "member"), {"held", "requested", "confirmed"}),
    "check in": (lambda booking: booking.checked_in(START, RULES, at_desk=False), {"confirmed"}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_possible_in_its_states_and_in_no_other(act: str, state: str) -> None:
    perform, possible = ACTS[act]
    if state in possible:
        assert perform(a_booking(state))
    else:
        with pytest.raises(NotPossibleNow) as refused:
            perform(a_booking(state))
        assert refused.value.values["state"] == state


@pytest.mark.parametrize("state", STATES)
def test_only_a_hold_or_a_request_lapses_and_only_a_firm_booking_is_missed(state: str) -> None:
    booking = a_booking(state)
    lapsed, missed = booking.lapsed(END), booking.missed(END, RULES)
    assert (lapsed.state if lapsed else None) == {"held": "expired", "requested": "rejected"}.get(state)
    assert (missed.state if missed else None) == ("no_show" if state == "confirmed" else None)


def test_a_hold_ends_at_its_very_instant() -> None:
    held = a_booking("held")
    assert held.expires_at is not None
    just_before = held.expires_at - timedelta(microseconds=1)
    assert held.lapsed(just_before) is None
    assert held.confirmed(just_before).expires_at is None
    assert held.lapsed(held.expires_at) is not None
    with pytest.raises(HoldLapsed):
        held.confirmed(held.expires_at)


@pytest.mark.parametrize(
    ("before", "by", "state", "due"),
    [
        (timedelta(hours=24), "member", "confirmed", 0),
        (timedelta(hours=24) - timedelta(seconds=1), "member", "confirmed", 50),
        (timedelta(0), "member", "confirmed", 50),
        (timedelta(0), "staff", "confirmed", 0),
        (timedelta(0), "member", "held", 0),
    ],
)
def test_what_stays_due_depends_on_when_and_by_whom(before: timedelta, by: str, state: str, due: int) -> None:
    cancelled, percent = a_booking(state).cancelled(START - before, RULES, by)
    assert (cancelled.state, cancelled.expires_at, percent) == ("cancelled", None, due)


def test_check_in_opens_half_an_hour_before_and_closes_half_an_hour_after() -> None:
    booking, second = a_booking(), timedelta(seconds=1)
    for late in (START - timedelta(minutes=30) - second, START + timedelta(minutes=30)):
        with pytest.raises(CheckInClosed):
            booking.checked_in(late, RULES, at_desk=True)
    for good in (START - timedelta(minutes=30), START + timedelta(minutes=30) - second):
        assert booking.checked_in(good, RULES, at_desk=False).state == "checked_in"


def test_a_booking_that_has_begun_stays_where_it_is() -> None:
    with pytest.raises(AlreadyBegun):
        a_booking().rescheduled(a_booking(), START)


def test_a_use_is_completed_by_its_end_alone() -> None:
    arrived = a_booking("checked_in")
    assert arrived.state_at(END - timedelta(seconds=1)) == "checked_in"
    assert arrived.state_at(END) == "completed"
    assert a_booking("no_show").state_at(END) == "no_show"


def test_its_day_is_the_civil_day_of_the_site() -> None:
    late = replace(a_booking(), start=datetime(2026, 3, 12, 23, 30, tzinfo=UTC))
    assert late.starts_on.isoformat() == "2026-03-13"


def test_only_the_desk_books_for_somebody_without_membership() -> None:
    wanted = Wanted(UUID(int=2), UUID(int=4), PERSON, START, END, audience="student")
    site = Site(UUID(int=3), "L'Atelier", "Europe/Paris")
    assert wanted.walk_in(site, at_desk=True) == Grant("student", Party(person_id=PERSON), "money")
    with pytest.raises(DeskOnly):
        wanted.walk_in(site, at_desk=False)
