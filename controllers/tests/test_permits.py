"""What a controller believes without a network: a good signature, for this machine, badge and time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from maillage_controller.permits import NotLetIn, badge_digest, permit

NINE = datetime(2035, 3, 6, 9, tzinfo=UTC)
KEY = OKPKey.generate_key("Ed25519")
TOWN = "240200477"


def a_permission(key: OKPKey = KEY, typ: str = "machine-permission+jwt", **said: Any) -> str:
    """One hour of a printer from nine on, half an hour at a time."""
    claims = {
        "jti": "p1",
        "machine": "printer",
        "badge": badge_digest(TOWN, "04A1B2C3"),
        "minutes": 30,
        "nbf": int(NINE.timestamp()),
        "exp": int(NINE.timestamp()) + 3600,
        "windows": [[NINE.isoformat(), (NINE + timedelta(hours=1)).isoformat()]],
    }
    return jwt.encode({"alg": "Ed25519", "typ": typ}, claims | said, key, algorithms=["Ed25519"])


def held(*tokens: str, revoked: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"permissions": list(tokens), "revoked": list(revoked), "keys": [KEY.as_dict(private=False)]}


def why(held: dict[str, Any], machine: str = "printer", badge: str = "04a1b2c3", now: datetime = NINE) -> str:
    with pytest.raises(NotLetIn) as refused:
        permit(held, machine, badge_digest(TOWN, badge), now)
    return str(refused.value)


def test_a_good_permission_lets_in_until_the_longest_use_or_the_end_of_its_window() -> None:
    badge = badge_digest(TOWN, " 04a1b2c3 ")
    assert permit(held(a_permission()), "printer", badge, NINE).until == NINE + timedelta(minutes=30)
    late = NINE + timedelta(minutes=45)
    assert permit(held(a_permission()), "printer", badge, late).until == NINE + timedelta(hours=1)


def test_what_another_key_signed_is_not_believed() -> None:
    assert why(held(a_permission(OKPKey.generate_key("Ed25519")))) == "unknown_badge"
    head, body, signature = a_permission().split(".")
    other = a_permission(machine="laser").split(".")[1]
    assert why(held(f"{head}.{other}.{signature}"), machine="laser") == "unknown_badge"
    assert body != other


def test_what_is_signed_for_another_purpose_is_not_believed() -> None:
    assert why(held(a_permission(typ="at+jwt"))) == "unknown_badge"


def test_a_revoked_permission_lets_nobody_in_however_good_its_signature() -> None:
    assert why(held(a_permission(), revoked=("p1",))) == "revoked"


def test_another_machine_badge_or_territory_is_not_let_in() -> None:
    assert why(held(a_permission()), machine="laser") == "unknown_badge"
    assert why(held(a_permission()), badge="FFFFFFFF") == "unknown_badge"
    with pytest.raises(NotLetIn):
        permit(held(a_permission()), "printer", badge_digest("200072031", "04A1B2C3"), NINE)


@pytest.mark.parametrize("minutes", [-1, 60, 61])
def test_before_and_after_its_time_a_permission_lets_nobody_in(minutes: int) -> None:
    assert why(held(a_permission()), now=NINE + timedelta(minutes=minutes)) == "not_now"


def test_between_two_windows_somebody_else_has_booked() -> None:
    windows = [
        [NINE.isoformat(), (NINE + timedelta(minutes=10)).isoformat()],
        [(NINE + timedelta(minutes=40)).isoformat(), (NINE + timedelta(minutes=60)).isoformat()],
    ]
    assert why(held(a_permission(windows=windows)), now=NINE + timedelta(minutes=20)) == "not_now"
