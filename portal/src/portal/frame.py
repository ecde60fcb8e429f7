"""Owns what surrounds a request: its language, its visitor, and the headers that every answer carries."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any, Final

from litestar import Request
from litestar.datastructures import Headers, MutableScopeHeaders, State
from litestar.di import NamedDependency
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal import wording
from portal.pages import spoken, themed
from portal.session import Signed, Visitor, visitor_of
from portal.upstream import Upstream

AnyRequest = Request[Any, Any, Any]

_SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


class Frame(ASGIMiddleware):
    """Sets the language of the request before anything is said."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = Headers.from_scope(scope)
        cookies = {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
        wording.language.set(spoken(cookies, headers.get("accept-language", "")))
        await next_app(scope, receive, send)


def signed(request: AnyRequest, state: State) -> Signed:
    """Find the sign-in that the request's cookie speaks of."""
    return Signed(state.clients, state.seats, request.session, address_of(request))


def upstream(request: AnyRequest, state: State, signed: NamedDependency[Signed]) -> Upstream:
    """Reach the services as whoever is signed in."""
    return Upstream(state.clients, signed.bearer, wording.language.get(), address_of(request))


async def signed_in(
    request: AnyRequest, signed: NamedDependency[Signed], upstream: NamedDependency[Upstream]
) -> Visitor:
    """Tell who is signed in; raises SignInNeeded for a guest."""
    profile = await signed.profile(upstream)
    return visitor_of(profile, request.session, wording.language.get(), themed(request.cookies))


def anyone(request: AnyRequest, state: State) -> Visitor:
    """Tell who asks as far as it is known here, without asking anybody."""
    language, theme = wording.language.get(), themed(request.cookies)
    session = request.scope.get("session")
    session = session if isinstance(session, dict) else {}
    seat = state.seats.of(session)
    if seat.profile and not seat.over:
        return visitor_of(seat.profile, session, language, theme)
    return Visitor(language=language, theme=theme)


def address_of(request: AnyRequest) -> str:
    """Return the visitor's network address, as the server takes it from a proxy that it trusts."""
    return request.client.host if request.client else ""


async def add_security_headers(message: Message, _scope: Scope) -> None:
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _SECURITY_HEADERS.items():
            headers.setdefault(name, value)
