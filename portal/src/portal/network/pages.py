"""The page of the network's catalogue: what other territories hold, one's seats there, asking, giving up."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.network import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import place, territory_names
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("asked", "given-up")


@get("/network")
async def catalogue(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List what is held elsewhere with seats for people of here, and one's own seats there."""
    return await _catalogue(visitor, upstream, request.query_params)


@post("/network/{session_id:uuid}/ask")
async def ask(
    visitor: SignedIn, upstream: Services, session_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take a seat for oneself."""
    here = await place(visitor, upstream)
    body = {"shared_seat_id": data.get("key", ""), "person_id": visitor.person_id}
    try:
        await upstream.post("booking", f"{here.base}/shared-sessions/{session_id}/seats", body)
    except Refused as refusal:
        return await _catalogue(visitor, upstream, data, refusal)
    return redirect("/network?done=asked")


@post("/network/seats/{seat_id:uuid}/give-up")
async def give_up(
    visitor: SignedIn, upstream: Services, seat_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Give one's seat back."""
    here = await place(visitor, upstream)
    try:
        await upstream.post("booking", f"{here.base}/shared-seats/{seat_id}/give-up", {}, data.get("key"))
    except Refused as refusal:
        return await _catalogue(visitor, upstream, data, refusal)
    return redirect("/network?done=given-up")


async def _catalogue(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    wanted = {"limit": 50} | ({"cursor": asked["cursor"]} if asked.get("cursor") else {})
    found = await upstream.get("booking", f"{here.base}/shared-sessions", wanted)
    seats: list[Json] = []
    if visitor.is_member:
        seats = (await upstream.get("booking", f"{here.base}/shared-seats/own", {"limit": 50}))["items"]
    done = asked.get("done", "")
    return page(
        visitor,
        "network/catalogue.html",
        status=refusal.status if refusal else 200,
        sessions=found["items"],
        cursor=found.get("next_cursor"),
        seats=seats,
        seated=model.seated(seats),
        territories=await territory_names(upstream, model.hosts(found["items"], seats)),
        done=done if done in _DONE else "",
        refusal=refusal,
    )


ROUTES: Final = [catalogue, ask, give_up]
