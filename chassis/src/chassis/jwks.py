"""Owns how the issuer's public keys reach a service and stay: asked again and again, kept in its database."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from time import monotonic
from typing import Final
from urllib.request import ProxyHandler, build_opener

import asyncpg
import structlog

from chassis.db import Database
from chassis.tokens import Jwks, Verifier
from contracts.values import PLATFORM

FRESH_SECONDS: Final = 300
_BETWEEN_REQUESTS: Final = 10  # seconds, however many tokens name unknown keys
_AFTER_FAILURE: Final = 5
_LARGEST = 65_536
_TROUBLE = (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError)

log = structlog.get_logger(__name__)


class JwksKeeper:
    """What keeps a verifier's keys: from the database at start, from the issuer as soon as it answers."""

    def __init__(
        self, database: Database, verifier: Verifier, *, fetch: Callable[[str], Jwks] | None = None
    ) -> None:
        self._database = database
        self._verifier = verifier
        self._fetch = fetch or fetch_jwks
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._answered = False
        verifier.renew = self.renew

    async def start(self) -> None:
        """Trust the keys kept last, if there are any."""
        async with self._database.tx(PLATFORM) as tx:
            kept = await tx.fetchval(_KEPT, PLATFORM, self._verifier.issuer)
        if kept:
            self._verifier.trust(json.loads(kept))

    async def run(self) -> None:
        """Ask the issuer for ever; without an answer the keys held stay good."""
        while True:
            pause = FRESH_SECONDS if await self.renew() else _AFTER_FAILURE
            await asyncio.sleep(pause)

    async def renew(self) -> bool:
        """Ask the issuer, at most once in ten seconds; say whether it answered last time it was asked."""
        async with self._asking:
            if monotonic() - self._asked_at < (_BETWEEN_REQUESTS if self._answered else 1):
                return self._answered
            self._answered = await self._ask()
            self._asked_at = monotonic()
            return self._answered

    async def _ask(self) -> bool:
        try:
            jwks = await asyncio.to_thread(self._fetch, self._verifier.issuer)
            self._verifier.trust(jwks)
        except _TROUBLE as error:
            log.warning("issuer's keys not renewed", issuer=self._verifier.issuer, error=type(error).__name__)
            return False
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # kept next time instead
            async with self._database.tx(PLATFORM) as tx:
                await tx.execute(_KEEP, PLATFORM, self._verifier.issuer, json.dumps(jwks))
        return True


def fetch_jwks(issuer: str) -> Jwks:
    """Return the issuer's published keys; blocks for at most some seconds.

    Raises OSError, HTTPException or ValueError.
    """
    if not issuer.startswith(("http://", "https://")):
        raise ValueError(f"an issuer is an http or https address, not {issuer!r}")
    opener = build_opener(ProxyHandler({}))
    with opener.open(f"{issuer.rstrip('/')}/.well-known/jwks.json", timeout=5) as response:
        jwks: Jwks = json.loads(response.read(_LARGEST))
    return jwks


_KEPT = "SELECT keys FROM jwks WHERE territory_id = $1 AND issuer = $2"

_KEEP = """
INSERT INTO jwks AS j (territory_id, issuer, keys) VALUES ($1, $2, $3)
ON CONFLICT (territory_id, issuer) DO UPDATE SET keys = excluded.keys, fetched_at = clock_timestamp()
WHERE j.keys <> excluded.keys
"""
