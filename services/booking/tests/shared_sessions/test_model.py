"""What a territory knows of a session elsewhere, and how a seat there ends: pure."""

from datetime import UTC, datetime

import pytest

from booking.shared_sessions.model import SharedSeat, invited, known
from chassis.ids import new_id
from contracts.booking import SeatQuota, SessionScheduled
from contracts.examples import example
from contracts.schemas import schema_of
from contracts.values import Wording

OURS, THEIRS = "200035715", "240200477"
NOON = datetime(2035, 3, 6, 12, tzinfo=UTC)


def quota(number: int, *territories: str, release_at: datetime | None = None) -> SeatQuota:
    name = Wording(fr="Places", en="Seats")
    return SeatQuota(name=name, seats=number, territory_ids=territories or None, release_at=release_at)


def told(*quotas: SeatQuota) -> SessionScheduled:
    shown = SessionScheduled.model_validate(example(schema_of(SessionScheduled)))
    return shown.model_copy(update={"quotas": quotas})


def a_seat(state: str = "granted") -> SharedSeat:
    session = known(THEIRS, told(quota(1, OURS)), OURS)
    return SharedSeat(new_id(), new_id(), state, NOON, session)


def test_a_territory_knows_of_the_seats_that_are_kept_for_it_and_when_the_first_are_released() -> None:
    later = NOON.replace(hour=18)
    quotas = (quota(9), quota(2, OURS, release_at=later), quota(3, OURS, THEIRS, release_at=NOON))
    shared = known("200072031", told(*quotas), OURS)
    assert (shared.seats, shared.release_at) == (5, NOON)
    assert known("200072031", told(*quotas), THEIRS).seats == 3


def test_those_for_whom_seats_are_kept_are_named_once_and_nobody_where_none_are() -> None:
    assert invited(told(quota(2, THEIRS, OURS), quota(3, OURS))) == [OURS, THEIRS]
    assert invited(told(quota(9))) == []


@pytest.mark.parametrize(
    ("cancelled_by", "cause", "state"),
    [
        ("member", "own_wish", "given_up"),
        ("staff", "own_wish", "withdrawn"),
        ("staff", "called_off", "not_held"),
        ("platform", "below_minimum", "not_held"),
    ],
)
def test_a_seat_ends_on_the_side_that_ended_it(cancelled_by: str, cause: str, state: str) -> None:
    ended = a_seat().ended(cancelled_by, cause)
    assert ended is not None
    assert ended.state == state
    assert ended.ended(cancelled_by, cause) is None, "once"
