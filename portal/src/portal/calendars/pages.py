"""The pages of calendar links: made, copied once, revoked; and the address at which calendars read them."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.ids import new_id
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]


@get("/calendars")
async def mine(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List the links that the visitor made."""
    here = await place(visitor, upstream)
    done = "revoked" if request.query_params.get("done") == "revoked" else ""
    return await _mine(here, visitor, upstream, done=done)


@post("/calendars")
async def make(request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Make a link and show it once."""
    here = await place(visitor, upstream)
    kind = data.get("kind", "person")
    body: Json = {"calendar_id": data.get("calendar_id", ""), "kind": kind, "name": data.get("name", "")}
    if kind in ("site", "resource"):
        body[f"{kind}_id"] = data.get(f"{kind}_id", "")
        body["details"] = data.get("details") == "yes"
    try:
        made = await upstream.post("booking", f"{here.base}/calendars", body)
    except Refused as refusal:
        return await _mine(here, visitor, upstream, refusal=refusal)
    if not made["token"]:  # a form sent again: the link was shown when it was made
        return redirect("/calendars")
    root = str(request.base_url).rstrip("/")
    feed = f"{root}/feeds/{visitor.territory}/{made['token']}.ics"
    door = f"{root}/doors/{visitor.territory}/{made['token']}" if kind == "resource" else ""
    return await _mine(here, visitor, upstream, made=made | {"feed": feed, "door": door})


@post("/calendars/{calendar_id:uuid}/revoke")
async def revoke(
    visitor: SignedIn, upstream: Services, calendar_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """End a link."""
    here = await place(visitor, upstream)
    try:
        path = f"{here.base}/calendars/{calendar_id}/revoke"
        await upstream.post("booking", path, key=data.get("key"))
    except Refused as refusal:
        return await _mine(here, visitor, upstream, refusal=refusal)
    return redirect("/calendars?done=revoked")


@get("/feeds/{siren:str}/{file:str}")
async def feed(
    request: AnyRequest,
    upstream: Services,
    siren: FromPath[str],
    file: FromPath[str],
) -> Response[bytes]:
    """Hand a calendar on to whoever has its link."""
    known = {"If-None-Match": request.headers.get("if-none-match", "")}
    path = f"/v1/territories/{siren}/calendars/{file}"
    async with upstream.stream("booking", path, headers=known) as answer:
        content = await answer.aread()
    kept = ("etag", "cache-control", "content-disposition")
    headers = {name: answer.headers[name] for name in kept if name in answer.headers}
    return Response(content, status_code=answer.status_code, media_type="text/calendar", headers=headers)


async def _mine(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    *,
    made: Json | None = None,
    done: str = "",
    refusal: Refused | None = None,
) -> Template:
    found = await upstream.get("booking", f"{here.base}/calendars/own", {"limit": 200})
    resources = (await upstream.get("booking", f"{here.base}/resources", {"limit": 200}))["items"]
    return page(
        visitor,
        "calendars/mine.html",
        status=refusal.status if refusal else 200,
        place=here,
        live=[each for each in found["items"] if not each["revoked_at"]],
        resources=[each for each in resources if each["bookable"]],
        calendar_id=str(new_id()),
        made=made,
        done=done,
        refusal=refusal,
    )


ROUTES: Final = [mine, make, revoke, feed]
