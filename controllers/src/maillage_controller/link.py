"""Speaks to the platform: fetches permissions, tells what happened; every call may find no link."""

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener


class NoLink(Exception):
    """The platform was not reached, or could not answer: the same is to be said again later."""


class Told:
    """What the platform answered: taken in, or refused for good."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.accepted = status < HTTPStatus.BAD_REQUEST
        self.code = body.get("code")
        self.body = body


class Link:
    """The platform as a controller reaches it, under its own token."""

    def __init__(self, address: str, territory_id: str, token: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"the platform is an http or https address, not {address!r}")
        self._address = address.rstrip("/")
        self._territory = f"{self._address}/v1/territories/{territory_id}/controlled"
        self._token = token
        self._opener = build_opener(ProxyHandler({}))

    def keys(self) -> list[dict[str, Any]]:
        """Return the keys that verify permissions; raises NoLink."""
        found: list[dict[str, Any]] = self._send(f"{self._address}/.well-known/jwks.json").body["keys"]
        return found

    def tell(self, path: str, body: dict[str, Any], entry_id: str) -> Told:
        """Say something once: said again under the same id, it counts once. Raises NoLink."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": entry_id,
            "Maillage-Controller": self._token,
        }
        return self._send(f"{self._territory}/{path}", json.dumps(body).encode(), headers)

    def _send(self, url: str, content: bytes | None = None, headers: dict[str, str] | None = None) -> Told:
        request = Request(url, content, headers or {})  # noqa: S310 - http or https, as checked above
        try:
            with self._opener.open(request, timeout=5) as response:
                return Told(response.status, json.loads(response.read() or b"{}"))
        except HTTPError as error:
            passing = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
            if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in passing:
                raise NoLink(str(error.code)) from error
            return Told(error.code, json.loads(error.read() or b"{}"))
        except (OSError, HTTPException, ValueError) as error:
            raise NoLink(type(error).__name__) from error
