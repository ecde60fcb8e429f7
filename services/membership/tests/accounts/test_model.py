"""Rules of signing in: stretches of time, ends of sessions, tokens that only their maker makes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.accounts.model import Limit, PersonOfAnotherMail, chosen, session_end
from membership.accounts.ports import SignInKey

NOW = datetime(2026, 3, 1, 12, 7, 30, tzinfo=UTC)
KEY = SignInKey(b"k" * 32)
ids = st.uuids()


def test_a_stretch_begins_at_a_round_time_and_says_how_long_to_wait() -> None:
    limit = Limit("mails", 5, timedelta(minutes=15))
    assert limit.starts_at(NOW) == NOW.replace(minute=0, second=0)
    assert limit.wait(NOW) == 450
    assert limit.wait(NOW.replace(minute=14, second=59, microsecond=999_999)) == 1


def test_a_session_ends_after_thirty_idle_days_and_after_half_a_year_in_any_case() -> None:
    assert session_end(NOW, NOW) == NOW + timedelta(days=30)
    late = NOW + timedelta(days=179)
    assert session_end(NOW, late) == NOW + timedelta(days=180)


def test_one_chooses_only_among_the_records_of_ones_own_mail_address() -> None:
    mine = [UUID(int=1), UUID(int=2)]
    assert chosen(mine, None) == mine[0]
    assert chosen(mine, mine[1]) == mine[1]
    with pytest.raises(PersonOfAnotherMail):
        chosen(mine, UUID(int=3))


@given(link_id=ids, session_id=ids, rotation=st.integers(0, 2**32 - 1))
def test_tokens_lead_back_to_what_they_were_made_of(link_id: UUID, session_id: UUID, rotation: int) -> None:
    assert KEY.link_of(KEY.link_token(link_id)) == link_id
    assert KEY.session_of(KEY.refresh_token(session_id, rotation)) == (session_id, rotation)
    assert KEY.link_of(KEY.refresh_token(session_id, rotation)) is None
    assert KEY.session_of(KEY.link_token(link_id)) is None
    assert len(KEY.code(link_id)) == 6
    assert KEY.code(link_id).isdecimal()


@given(link_id=ids, place=st.integers(0, 52), letter=st.sampled_from("ABCDEFGHabcdefgh0123"))
def test_a_token_with_one_letter_changed_is_nobodys(link_id: UUID, place: int, letter: str) -> None:
    token = KEY.link_token(link_id)
    forged = token[:place] + letter + token[place + 1 :]
    assert KEY.link_of(forged) == (link_id if forged == token else None)


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 54, "=" * 8, "a b", "A" * 200])
def test_what_was_never_a_token_is_nobodys(token: str) -> None:
    assert KEY.link_of(token) is None
    assert KEY.session_of(token) is None


def test_another_key_makes_other_secrets(tmp_path: Path) -> None:
    other, link_id = SignInKey.in_directory(tmp_path), UUID(int=7)
    assert other.link_of(KEY.link_token(link_id)) is None
    assert SignInKey.in_directory(tmp_path).link_token(link_id) == other.link_token(link_id)
    assert repr(other) == "SignInKey()"
