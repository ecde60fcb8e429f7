"""The pages of machines: a member starts and stops one, staff see all in use and settle what fell silent."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, get, post
from litestar.response import Redirect, Template

from portal.machines import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]


@get("/machines")
async def machines(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the machines, what one lacks to use them, and those in use: one's own, or all for staff."""
    return await _machines(visitor, upstream, request.query_params)


@post("/machines/start")
async def start(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Begin to use a machine oneself."""
    here = await place(visitor, upstream)
    body = {
        "usage_id": data.get("key", ""),
        "resource_id": data.get("machine", ""),
        "person_id": visitor.person_id,
    }
    return await _done(visitor, upstream, data, (f"{here.base}/usages", body, None))


@post("/machines/stop")
async def stop(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """End a use now, with what it used up."""
    here = await place(visitor, upstream)
    usage_id = data.get("usage", "")
    if not usage_id.replace("-", "").isalnum():
        return redirect("/machines")
    listed = await upstream.get("booking", f"{here.base}/machines/own", {"limit": 200})
    machine = model.by_id(listed["items"]).get(data.get("machine", ""))
    body = {"materials": model.used(data, machine)}
    return await _done(
        visitor, upstream, data, (f"{here.base}/usages/{usage_id}/stop", body, data.get("key"))
    )


@post("/machines/incident")
async def incident(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Report that something went wrong; staff may take the machine out of service by it."""
    here = await place(visitor, upstream)
    body = {
        "incident_id": data.get("key", ""),
        "resource_id": data.get("machine", ""),
        "words": data.get("words", ""),
        "severity": "broken" if visitor.is_desk and data.get("broken") else "note",
    }
    return await _done(visitor, upstream, data, (f"{here.base}/incidents", body, None))


async def _done(
    visitor: Visitor, upstream: Upstream, data: Mapping[str, str], sent: tuple[str, Json, str | None]
) -> Template | Redirect:
    path, body, key = sent
    try:
        await upstream.post("booking", path, body, key)
    except Refused as refusal:
        return await _machines(visitor, upstream, data, refusal)
    return redirect(f"/machines?site={data.get('site', '')}")


async def _machines(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    site = here.site(asked.get("site", ""))
    site_id = str(site["site_id"]) if site else ""
    wanted = {"limit": 200, **({"site_id": site_id} if site_id else {})}
    uses = f"sites/{site_id}/usages" if visitor.is_desk and site_id else "usages/own"
    listed, *found = await asyncio.gather(
        upstream.get("booking", f"{here.base}/machines/own", wanted),
        *(
            upstream.get("booking", f"{here.base}/{uses}", {"in_state": state, "limit": 200})
            for state in ("open", "aborted")
        ),
    )
    return page(
        visitor,
        "machines/machines.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=site_id,
        machines=listed["items"],
        known=model.by_id(listed["items"]),
        uses=[
            {**each, "so_far": model.minutes(each, here.now)} for answer in found for each in answer["items"]
        ],
        typed=asked,
        refusal=refusal,
    )


ROUTES: Final = [machines, start, stop, incident]
