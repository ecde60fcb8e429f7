"""Which tokens are good: the right key, algorithm, issuer and time, whatever the state of the issuer."""

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.db import Database
from chassis.decisions import Grant, Principal
from chassis.errors import CatchingUp, Unauthenticated
from chassis.ids import new_id
from chassis.jwks import JwksKeeper, fetch_jwks
from chassis.tokens import KEY_FILE, PREVIOUS_KEY_FILE, Jwks, Signer, Verifier

ISSUER = "https://membership.example"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOMEONE = Principal(
    UUID(int=7),
    (Grant("200035715", "hub-manager", UUID(int=1), UUID(int=2)), Grant("200035715", "member")),
)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.in_directory(ISSUER, tmp_path)


@pytest.fixture
def verifier(signer: Signer, clock: Clock) -> Verifier:
    verifier = Verifier(ISSUER, clock=clock)
    verifier.trust(signer.jwks())
    return verifier


def kid_of(signer: Signer) -> str:
    return str(signer.jwks()["keys"][0]["kid"])


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_a_token_says_who_holds_it_and_their_roles(signer: Signer, verifier: Verifier) -> None:
    token = signer.sign(SOMEONE, at=NOON)
    assert await verifier.principal(token) == SOMEONE
    assert claims_of(token)["exp"] - claims_of(token)["iat"] == 600


async def test_a_token_ends_after_ten_minutes_and_the_leeway_even_when_it_was_seen_before(
    signer: Signer, verifier: Verifier, clock: Clock
) -> None:
    token = signer.sign(SOMEONE, at=NOON)
    clock.now = NOON + timedelta(minutes=10, seconds=59)
    assert await verifier.principal(token) == SOMEONE
    clock.now = NOON + timedelta(minutes=11)
    with pytest.raises(Unauthenticated):
        await verifier.principal(token)


async def test_a_token_issued_in_the_future_beyond_the_leeway_is_refused(
    signer: Signer, verifier: Verifier
) -> None:
    assert await verifier.principal(signer.sign(SOMEONE, at=NOON + timedelta(seconds=60))) == SOMEONE
    with pytest.raises(Unauthenticated):
        await verifier.principal(signer.sign(SOMEONE, at=NOON + timedelta(seconds=61)))


async def test_a_token_of_another_issuer_is_refused_though_its_key_is_known(
    tmp_path: Path, clock: Clock
) -> None:
    other = Signer.in_directory("https://other.example", tmp_path)
    verifier = Verifier(ISSUER, clock=clock)
    verifier.trust(other.jwks())
    with pytest.raises(Unauthenticated):
        await verifier.principal(other.sign(SOMEONE, at=NOON))


async def test_a_token_without_signature_is_refused(signer: Signer, verifier: Verifier) -> None:
    claims = claims_of(signer.sign(SOMEONE, at=NOON))
    for algorithm in ("none", "None", "NONE"):
        header = {"alg": algorithm, "typ": "at+jwt", "kid": kid_of(signer)}
        with pytest.raises(Unauthenticated):
            await verifier.principal(f"{part(header)}.{part(claims)}.")


async def test_the_public_key_does_not_serve_as_a_shared_secret(
    signer: Signer, verifier: Verifier, tmp_path: Path
) -> None:
    claims = claims_of(signer.sign(SOMEONE, at=NOON))
    public = ECKey.import_key((tmp_path / KEY_FILE).read_bytes()).as_pem(private=False)
    for secret in (public, public.strip(), json.dumps(signer.jwks()["keys"][0]).encode()):
        signed = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': kid_of(signer)})}.{part(claims)}"
        mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
        with pytest.raises(Unauthenticated):
            await verifier.principal(f"{signed}.{mac}")


@pytest.mark.parametrize(
    "change",
    [
        {"nbf": NOON.timestamp() + 61},
        {"exp": None},
        {"exp": "never"},
        {"sub": "no uuid"},
        {"sub": None},
        {"jti": None},
        {"roles": "all"},
        {"roles": [{"role": "finance"}]},
        {"roles": [{"role": "finance", "territory": "200035715", "site": "everywhere"}]},
    ],
)
async def test_claims_that_are_missing_or_odd_are_refused(
    signer: Signer, verifier: Verifier, tmp_path: Path, change: dict[str, Any]
) -> None:
    claims = {**claims_of(signer.sign(SOMEONE, at=NOON)), **change}
    kept = {name: value for name, value in claims.items() if value is not None}
    key = ECKey.import_key((tmp_path / KEY_FILE).read_bytes())
    header = {"alg": "ES256", "typ": "at+jwt", "kid": kid_of(signer)}
    with pytest.raises(Unauthenticated):
        await verifier.principal(jwt.encode(header, kept, key))


async def test_another_kind_of_token_of_the_same_issuer_is_refused(
    signer: Signer, verifier: Verifier, tmp_path: Path
) -> None:
    claims = claims_of(signer.sign(SOMEONE, at=NOON))
    key = ECKey.import_key((tmp_path / KEY_FILE).read_bytes())
    with pytest.raises(Unauthenticated):
        await verifier.principal(jwt.encode({"alg": "ES256", "kid": kid_of(signer)}, claims, key))


async def test_a_role_of_a_later_release_grants_nothing(signer: Signer, verifier: Verifier) -> None:
    later = Principal(UUID(int=7), (Grant("200035715", "weaver"), Grant("200035715", "member")))  # type: ignore[arg-type]
    principal = await verifier.principal(signer.sign(later, at=NOON))
    assert principal.grants == (Grant("200035715", "member"),)


@pytest.mark.parametrize("nonsense", ["", "a", "a.b.c", "é.è.ê", "." * 50, "x" * 20_000])
async def test_nonsense_is_refused(verifier: Verifier, nonsense: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.principal(nonsense)


async def test_a_forged_signature_is_refused_after_the_true_token_was_seen(
    signer: Signer, verifier: Verifier
) -> None:
    token = signer.sign(SOMEONE, at=NOON)
    await verifier.principal(token)
    head, payload, signature = token.split(".")
    claims = {**claims_of(token), "sub": str(UUID(int=8))}
    for forged in (f"{head}.{part(claims)}.{signature}", f"{head}.{payload}.{signature[::-1]}"):
        with pytest.raises(Unauthenticated):
            await verifier.principal(forged)


async def test_the_memory_of_verified_tokens_is_bounded(
    signer: Signer, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.tokens._REMEMBERED", 3)
    for _ in range(8):
        await verifier.principal(signer.sign(SOMEONE, at=NOON))
    assert verifier.remembered == 3


def test_the_private_key_is_drawn_once_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first, second = (Signer.in_directory(ISSUER, folder) for _ in range(2))
    assert kid_of(first) == kid_of(second)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in folder.iterdir()] == [KEY_FILE]


def test_what_is_published_holds_no_private_part(signer: Signer) -> None:
    assert [sorted(key) for key in signer.jwks()["keys"]] == [["alg", "crv", "kid", "kty", "use", "x", "y"]]


class Issuer:
    """A membership service reduced to the address of its keys, which can fall silent."""

    def __init__(self, jwks: Jwks) -> None:
        self.jwks: Jwks | None = jwks
        self.asked = 0

    def fetch(self, _issuer: str) -> Jwks:
        self.asked += 1
        if self.jwks is None:
            raise ConnectionRefusedError
        return self.jwks


def rotated(folder: Path) -> Signer:
    (folder / KEY_FILE).rename(folder / PREVIOUS_KEY_FILE)
    return Signer.in_directory(ISSUER, folder)


async def test_after_a_change_of_keys_old_and_new_tokens_are_good(
    database: Database, signer: Signer, verifier: Verifier, tmp_path: Path
) -> None:
    before = signer.sign(SOMEONE, at=NOON)
    after = rotated(tmp_path)
    issuer = Issuer(after.jwks())
    JwksKeeper(database, verifier, fetch=issuer.fetch)
    assert await verifier.principal(after.sign(SOMEONE, at=NOON)) == SOMEONE
    assert await verifier.principal(before) == SOMEONE
    assert issuer.asked == 1


async def test_a_key_that_is_no_longer_published_opens_nothing_even_for_tokens_seen_before(
    signer: Signer, verifier: Verifier, tmp_path: Path
) -> None:
    token = signer.sign(SOMEONE, at=NOON)
    await verifier.principal(token)
    verifier.trust(Signer.in_directory(ISSUER, tmp_path / "other").jwks())
    with pytest.raises(Unauthenticated):
        await verifier.principal(token)


async def test_many_tokens_of_unknown_keys_ask_the_issuer_once(
    database: Database, signer: Signer, verifier: Verifier, tmp_path: Path
) -> None:
    issuer = Issuer(signer.jwks())
    JwksKeeper(database, verifier, fetch=issuer.fetch)
    for n in range(5):
        with pytest.raises(Unauthenticated):
            await verifier.principal(Signer.in_directory(ISSUER, tmp_path / str(n)).sign(SOMEONE, at=NOON))
    assert issuer.asked == 1


async def test_a_service_starts_from_the_keys_it_kept_while_the_issuer_is_down(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    name = f"https://{new_id()}.example"
    signer = Signer.in_directory(name, tmp_path)
    issuer = Issuer(signer.jwks())
    assert await JwksKeeper(database, Verifier(name, clock=clock), fetch=issuer.fetch).renew()
    issuer.jwks = None

    restarted = Verifier(name, clock=clock)
    keeper = JwksKeeper(database, restarted, fetch=issuer.fetch)
    await keeper.start()
    assert await restarted.principal(signer.sign(SOMEONE, at=NOON)) == SOMEONE
    assert not await keeper.renew()
    assert await restarted.principal(signer.sign(SOMEONE, at=NOON)) == SOMEONE


async def test_while_the_issuer_is_down_a_token_of_an_unknown_key_is_neither_good_nor_bad(
    database: Database, signer: Signer, clock: Clock
) -> None:
    verifier = Verifier(ISSUER, clock=clock)
    issuer = Issuer(signer.jwks())
    issuer.jwks = None
    JwksKeeper(database, verifier, fetch=issuer.fetch)
    with pytest.raises(CatchingUp):
        await verifier.principal(signer.sign(SOMEONE, at=NOON))


@pytest.mark.parametrize(
    "answer", [{}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, [], {"keys": 1}, {"keys": [1]}]
)
async def test_an_answer_that_holds_no_usable_key_leaves_those_held(
    database: Database, signer: Signer, verifier: Verifier, answer: Any
) -> None:
    keeper = JwksKeeper(database, verifier, fetch=lambda _: answer)
    assert not await keeper.renew()
    assert await verifier.principal(signer.sign(SOMEONE, at=NOON)) == SOMEONE


@pytest.fixture
def served() -> Iterator[Callable[[bytes], str]]:
    """Serve some bytes as an issuer's keys, and give the issuer's address."""
    content = [b""]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/.well-known/jwks.json" else 404)
            self.end_headers()
            self.wfile.write(content[0])

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's signature
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def serve(body: bytes) -> str:
        content[0] = body
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    thread.join()
    server.server_close()


async def test_keys_are_fetched_from_the_issuers_well_known_address(
    served: Callable[[bytes], str], signer: Signer
) -> None:
    assert fetch_jwks(served(json.dumps(signer.jwks()).encode())) == signer.jwks()
    with pytest.raises(ValueError, match="Expecting value"):
        fetch_jwks(served(b"<html>"))
    with pytest.raises(ValueError, match="http or https"):
        fetch_jwks("file:///etc")
