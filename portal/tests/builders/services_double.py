"""A double of the four services at the end of the wire: it rotates refresh tokens as membership does."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

PERSON = "01900000-0000-7000-8000-000000000001"
SIREN = "200035715"
Json = dict[str, Any]


def profile(*roles: str, territory: str = SIREN) -> Json:
    """Answer of `GET /v1/me` for somebody with these roles."""
    return {
        "person_id": PERSON,
        "given_name": "Inès",
        "family_name": "d’Arnouze",
        "mail": "ines@carcassonne.example",
        "language": "fr",
        "territories": [{"territory_id": territory, "name": "CA Carcassonne Agglo"}],
        "roles": [{"territory": territory, "role": role, "site": None} for role in roles],
    }


@dataclass
class Services(httpx.AsyncBaseTransport):
    """Answers for the services; `away` names those that do not answer, by their host."""

    me: Json = field(default_factory=lambda: profile("member"))
    lasting: int = 600
    rotation: int = 0
    over: bool = False
    away: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Json] = field(default_factory=dict)
    refusals: dict[str, Json] = field(default_factory=dict)
    seen: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # lets a second request come between, as a network does
        self.asked[f"{request.method} {request.url.path}"] += 1
        self.seen.append(request)
        if request.url.host in self.away:
            raise httpx.ConnectError("nobody listens", request=request)
        status, body = self._answer(request)
        return httpx.Response(status, json=body, request=request)

    def _answer(self, request: httpx.Request) -> tuple[int, Json]:
        path = request.url.path
        is_json = request.headers.get("content-type", "") == "application/json"
        sent = json.loads(request.content) if request.content and is_json else {}
        if path == "/v1/sign-ins":
            return (
                (200, self._tokens()) if sent.get("code") == "123456" else (401, _refusal("sign-in-refused"))
            )
        if path == "/v1/sign-ins/refresh":
            return self._refreshed(sent["refresh_token"])
        if path == "/v1/me":
            return (401, _refusal("unauthenticated")) if self.over else (200, self.me)
        if path in self.refusals:
            return self.refusals[path].get("status", 409), self.refusals[path]
        of_one = self.answers.get(f"{request.url.host} {path}")  # where two services have the same address
        return 200, of_one or self.answers.get(path) or self._place(path)

    def _place(self, path: str) -> Json:
        if path == f"/v1/territories/{SIREN}":
            return {"territory_id": SIREN, "zone": "Europe/Paris", "now": "2026-04-02T07:00:00Z"}
        return {"items": []}

    def _refreshed(self, token: str) -> tuple[int, Json]:
        """Give new tokens for the last refresh token; an older one ends the session, as in membership."""
        if token != f"refresh-{self.rotation}" or self.over:
            self.over = True
            return 401, _refusal("session-over")
        self.rotation += 1
        return 200, self._tokens()

    def _tokens(self) -> Json:
        return {
            "access_token": f"access-{self.rotation}",
            "refresh_token": f"refresh-{self.rotation}",
            "expires_in": self.lasting,
            "person_id": PERSON,
            "persons": [{"person_id": PERSON, "territories": [SIREN]}],
        }


def _refusal(code: str) -> Json:
    return {"title": "Connexion nécessaire", "status": 401, "code": code, "detail": "Non.", "cure": "Encore."}
