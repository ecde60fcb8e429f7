"""The pages of sessions: catalogue, one session, registering, mine; scheduling, people, sheet for staff."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place, territory_names
from portal.session import Visitor
from portal.sessions import model
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_ACTS: Final = ("accept", "cancel")


@get("/sessions")
async def catalogue(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List what is held and to come, on every site or on one."""
    here = await place(visitor, upstream)
    site_id = request.query_params.get("site", "")
    asked = {"limit": 50, "cursor": request.query_params.get("cursor", ""), "site_id": site_id}
    wanted = {name: value for name, value in asked.items() if value}
    found = await upstream.get("booking", f"{here.base}/sessions", wanted)
    return page(
        visitor,
        "sessions/catalogue.html",
        place=here,
        site_id=site_id,
        sessions=found["items"],
        cursor=found.get("next_cursor"),
        left=model.left,
    )


@get("/sessions/mine")
async def mine(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List one's own registrations, with what is offered and what is to be signed."""
    return await _mine(visitor, upstream, request.query_params)


@post("/sessions/mine/{registration_id:uuid}")
async def answer(
    visitor: SignedIn, upstream: Services, registration_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Accept what is offered, or give up."""
    here, act = await place(visitor, upstream), data.get("act", "")
    if act not in _ACTS:
        return redirect("/sessions/mine")
    path = f"{here.base}/registrations/{registration_id}/{act}"
    try:
        await upstream.post("booking", path, {}, data.get("key"))
    except Refused as refusal:
        return await _mine(visitor, upstream, data, refusal)
    return redirect(f"/sessions/mine?done={act}")


@post("/sessions/mine/{registration_id:uuid}/sign")
async def sign(
    visitor: SignedIn, upstream: Services, registration_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Sign for a half-day by typing one's name."""
    here = await place(visitor, upstream)
    body = {"position": data.get("position", ""), "signed_as": data.get("signed_as", "")}
    try:
        path = f"{here.base}/registrations/{registration_id}/sign"
        await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        return await _mine(visitor, upstream, data, refusal)
    return redirect("/sessions/mine?done=sign")


@get("/sessions/new")
async def plan(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Ask what is to be held, when, where, led by whom, for how many."""
    return await _plan(visitor, upstream, request.query_params)


@post("/sessions/new")
async def schedule(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Have the session, or say what of it is taken and what is free instead."""
    here = await place(visitor, upstream)
    try:
        made = await upstream.post("booking", f"{here.base}/sessions", model.schedule(data, here.zone))
    except Refused as refusal:
        return await _plan(visitor, upstream, data, refusal)
    return redirect(f"/sessions/{made['session_id']}")


@get("/sessions/{session_id:uuid}")
async def session(
    request: AnyRequest, visitor: SignedIn, upstream: Services, session_id: FromPath[UUID]
) -> Template:
    """Show a session, with the way to register."""
    return await _session(visitor, upstream, session_id, request.query_params)


@post("/sessions/{session_id:uuid}/register")
async def register(
    visitor: SignedIn, upstream: Services, session_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take seats for oneself and named guests, or wait for them."""
    here = await place(visitor, upstream)
    body = {
        "registration_id": data.get("key", ""),
        "person_id": visitor.person_id,
        "guests": model.guests(data),
        "wait": data.get("wait") == "yes",
    }
    try:
        await upstream.post("booking", f"{here.base}/sessions/{session_id}/registrations", body)
    except Refused as refusal:
        return await _session(visitor, upstream, session_id, data, refusal)
    return redirect("/sessions/mine?done=register")


@post("/sessions/{session_id:uuid}/cancel")
async def cancel(
    visitor: SignedIn, upstream: Services, session_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Give a session up, for a reason that everybody is told."""
    return await _change(visitor, upstream, session_id, data, {"reason": data.get("reason", "")})


@post("/sessions/{session_id:uuid}/reschedule")
async def reschedule(
    visitor: SignedIn, upstream: Services, session_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Move half-days of a session, all that they need with them."""
    here = await place(visitor, upstream)
    return await _change(visitor, upstream, session_id, data, {"dates": model.moves(data, here.zone)})


@get("/sessions/{session_id:uuid}/people")
async def people(visitor: SignedIn, upstream: Services, session_id: FromPath[UUID]) -> Template:
    """List who is registered, offered a seat or waits: at the door, the list to count by."""
    _, shown, found = await _people(visitor, upstream, session_id)
    ordered = {state: [each for each in found if each["state"] == state] for state in model.LIVE}
    homes = {each["home_territory_id"] for each in found if each.get("home_territory_id")}
    names = await territory_names(upstream, homes)
    return page(visitor, "sessions/people.html", session=shown, people=ordered, territories=names)


@get("/sessions/{session_id:uuid}/sheet/{position:int}")
async def sheet(
    visitor: SignedIn, upstream: Services, session_id: FromPath[UUID], position: FromPath[int]
) -> Template:
    """Show the attendance of a half-day: printed, with boxes to sign in; on screen, to be noted."""
    return await _sheet(visitor, upstream, session_id, position)


@post("/sessions/{session_id:uuid}/sheet/{position:int}")
async def note(
    visitor: SignedIn,
    upstream: Services,
    session_id: FromPath[UUID],
    position: FromPath[int],
    data: Form,
) -> Template | Redirect:
    """Note whether somebody came; with a typed name, they sign here."""
    here = await place(visitor, upstream)
    registration_id, _sep, guest = data.get("whom", "").partition(" ")
    if not registration_id.replace("-", "").isalnum():
        return redirect(f"/sessions/{session_id}/sheet/{position}")
    body: Json = {"position": position, "guest": guest or "0", "present": data.get("came") == "yes"}
    if data.get("signed_as"):
        body["signed_as"] = data["signed_as"]
    try:
        path = f"{here.base}/registrations/{registration_id}/note-attendance"
        await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        return await _sheet(visitor, upstream, session_id, position, refusal)
    return redirect(f"/sessions/{session_id}/sheet/{position}")


async def _mine(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    found = await upstream.get("booking", f"{here.base}/registrations/own", {"limit": 50})
    return page(
        visitor,
        "sessions/mine.html",
        status=refusal.status if refusal else 200,
        registrations=found["items"],
        done=asked.get("done", ""),
        live=model.LIVE,
        signable=lambda each: model.signable(each, here.now),
        refusal=refusal,
    )


async def _plan(
    visitor: Visitor, upstream: Upstream, typed: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    resources, leaders, partners = await asyncio.gather(
        upstream.get("booking", f"{here.base}/resources", {"limit": 200}),
        upstream.get("booking", f"{here.base}/session-leaders", {"limit": 200}),
        upstream.get("booking", f"{here.base}/session-partners"),
    )
    names = await territory_names(upstream, (each["territory_id"] for each in partners["items"]))
    return page(
        visitor,
        "sessions/new.html",
        status=refusal.status if refusal else 200,
        place=here,
        rooms=model.choices(resources["items"], "room"),
        machines=model.choices(resources["items"], "equipment"),
        leaders=[(each["person_id"], each["person_name"] or each["name"]) for each in leaders["items"]],
        partners=list(names.items()),
        typed=typed,
        rows=range(model.ROWS),
        refusal=refusal,
    )


async def _session(
    visitor: Visitor,
    upstream: Upstream,
    session_id: UUID,
    typed: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    here = await place(visitor, upstream)
    found = await upstream.get("booking", f"{here.base}/sessions/{session_id}")
    return page(
        visitor,
        "sessions/session.html",
        status=refusal.status if refusal else 200,
        place=here,
        session=found,
        typed=typed,
        left=model.left(found),
        dates=model.shown(found),
        hit=sum(each["taken"] for each in found["quotas"]),
        refusal=refusal,
    )


async def _change(
    visitor: Visitor, upstream: Upstream, session_id: UUID, data: Mapping[str, str], body: Json
) -> Template | Redirect:
    here = await place(visitor, upstream)
    act = "reschedule" if "dates" in body else "cancel"
    try:
        await upstream.post("booking", f"{here.base}/sessions/{session_id}/{act}", body, data.get("key"))
    except Refused as refusal:
        return await _session(visitor, upstream, session_id, data, refusal)
    return redirect(f"/sessions/{session_id}")


async def _people(visitor: Visitor, upstream: Upstream, session_id: UUID) -> tuple[Place, Json, list[Json]]:
    here = await place(visitor, upstream)
    path = f"{here.base}/sessions/{session_id}"
    shown, found = await asyncio.gather(
        upstream.get("booking", path), upstream.get("booking", f"{path}/registrations", {"limit": 200})
    )
    return here, shown, found["items"]


async def _sheet(
    visitor: Visitor, upstream: Upstream, session_id: UUID, position: int, refusal: Refused | None = None
) -> Template:
    here, shown, found = await _people(visitor, upstream, session_id)
    return page(
        visitor,
        "sessions/sheet.html",
        status=refusal.status if refusal else 200,
        place=here,
        session=shown,
        position=min(position, len(shown["dates"]) - 1),
        lines=model.lines(found),
        there=model.there,
        refusal=refusal,
    )


ROUTES: Final = [
    catalogue,
    mine,
    answer,
    sign,
    plan,
    schedule,
    session,
    register,
    cancel,
    reschedule,
    people,
    sheet,
    note,
]
