"""Which PIN is good enough, when it locks, and at which sites a desk role counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from membership.desks.model import LOCK, TRIES, Pin, PinLocked, PinTooPlain, check_pin, reaches

NOW = datetime(2035, 3, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize("pin", ["000000", "777777", "123456", "654321", "456789", "012345", "567890"])
def test_a_pin_that_is_guessed_at_once_is_refused(pin: str) -> None:
    with pytest.raises(PinTooPlain):
        check_pin(pin)


@pytest.mark.parametrize("pin", ["112233", "190526", "135790", "890123"])
def test_and_yet_a_pin_without_such_an_order_is_good(pin: str) -> None:
    check_pin(pin)


@given(st.lists(st.booleans(), max_size=30))
def test_a_pin_locks_at_the_fifth_wrong_try_in_a_row_and_at_no_other(tries: list[bool]) -> None:
    pin, row = Pin(new_id(), "hash"), 0
    for right in tries:
        if right:
            pin, row = Pin(pin.person_id, pin.pin_hash), 0
            continue
        pin, row = pin.failed(NOW), row + 1
        assert (pin.locked_until is not None) == (row == TRIES)
        assert pin.tries_left == TRIES - row
        row %= TRIES


def test_a_lock_ends_at_its_instant() -> None:
    locked = Pin(new_id(), "hash", wrong=TRIES - 1).failed(NOW)
    with pytest.raises(PinLocked):
        locked.check_open(NOW + LOCK - timedelta(seconds=1))
    locked.check_open(NOW + LOCK)


def test_a_role_counts_at_its_site_and_one_without_site_at_all() -> None:
    here, there = new_id(), new_id()
    assert reaches([there, None], here)
    assert reaches([here], here)
    assert not reaches([there], here)
    assert not reaches([], here)
