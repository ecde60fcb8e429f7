"""Owns the sealed cookie of a session: written when it changes, so that a slow answer takes nothing back."""

from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.middleware.session.client_side import ClientSideSessionBackend, CookieBackendConfig
from litestar.types import Message, ScopeSession

DEVICE_COOKIE: Final = "desk_device"
"""What tells a shared desk from other computers; it outlives every sign-in there."""

_LIFE = 30 * 86_400  # seconds that a sign-in lasts unused
_LOADED = "portal_session_loaded"


class SessionBackend(ClientSideSessionBackend):
    """Litestar's own sealing; an answer that changed nothing sets no cookie."""

    async def load_from_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
        try:
            found = await super().load_from_connection(connection)
        except ValueError:  # a cookie that is no session of ours
            found = {}
        connection.scope["state"][_LOADED] = dict(found)
        return found

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> None:
        if scope_session != connection.scope["state"].get(_LOADED):
            await super().store_in_message(scope_session, message, connection)


def sealed_session(key: bytes, *, secure: bool) -> CookieBackendConfig:
    """Say how sessions are sealed."""
    config = CookieBackendConfig(
        secret=key, key="maillage", max_age=_LIFE, httponly=True, samesite="lax", secure=secure
    )
    config._backend_class = SessionBackend  # noqa: SLF001 - the framework has no other place to name it
    return config
