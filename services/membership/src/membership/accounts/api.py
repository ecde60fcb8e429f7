"""The HTTP door to signing in, and to what one is told of oneself."""

from typing import Any, Final

from litestar import Request

from chassis.http import Body, Door, Open, Response, get, post, query
from chassis.tokens import Jwks
from membership.accounts import handlers
from membership.accounts.handlers import AskForLink, LinkAsked, Outcome, Refresh, SignIn, SignOut
from membership.accounts.model import LINK_LIFE, Me, SessionOver, SignedIn, SignInRefused
from membership.accounts.ports import keys
from membership.vault import vault

_NOTHING: Final = b"null"


@post("/v1/sign-in-links", status_code=202)
async def ask_for_link(door: Door, data: Body[AskForLink]) -> Response[LinkAsked]:
    """Ask for a mail with a link and a code; the answer is the same whether or not it is sent."""
    answer = await door.read(Open.ANYONE, handlers.ask_for_link, data, _address(door.request), keys())
    answer.status_code = 202
    return answer


@post("/v1/sign-ins", status_code=200)
async def sign_in(door: Door, data: Body[SignIn]) -> Response[SignedIn]:
    """Sign in by the token of a mailed link, or by mail address and code; each works once."""
    answer = await door.read(Open.ANYONE, handlers.sign_in, data, _address(door.request), keys())
    return _tokens(answer, SignInRefused(minutes=LINK_LIFE.seconds // 60))


@post("/v1/sign-ins/refresh", status_code=200)
async def refresh(door: Door, data: Body[Refresh]) -> Response[SignedIn]:
    """Exchange the last refresh token for new tokens; one that was used before ends the sign-in."""
    return _tokens(await door.read(Open.ANYONE, handlers.refresh, data, keys()), SessionOver())


@post("/v1/sign-outs", status_code=204)
async def sign_out(door: Door, data: Body[SignOut]) -> None:
    """End a sign-in; access tokens already given last ten minutes at most."""
    await door.read(Open.ANYONE, handlers.sign_out, data, keys())


@query("/v1/me")
async def me(door: Door) -> Response[Me]:
    """Tell who asks, where they are known and what they may act as, as of now."""
    return await door.read(Open.SIGNED_IN, handlers.me, door.principal.person_id, vault())


@get("/.well-known/jwks.json", sync_to_thread=False)
def jwks() -> Response[Jwks]:
    """Give the public keys that verify access tokens."""
    return Response(keys().signer.jwks(), headers={"Cache-Control": "public, max-age=300"})


def _tokens(answer: Response[Outcome], refusal: SignInRefused | SessionOver) -> Response[Any]:
    if answer.content == _NOTHING:
        raise refusal
    return answer


def _address(request: Request[Any, Any, Any]) -> str:
    """Return the network address that asks, as the server takes it from a proxy that it trusts."""
    return request.client.host if request.client else ""


ROUTES = [ask_for_link, sign_in, refresh, sign_out, me, jwks]
