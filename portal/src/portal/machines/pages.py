"""The pages of machines: a member starts and stops one, staff settle uses and keep machines in order."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
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


@post("/machines/maintenance")
async def record(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Note that maintenance was done."""
    here = await place(visitor, upstream)
    body = model.done(data, here.now, here.zone)
    return await _done(visitor, upstream, data, (f"{here.base}/maintenances", body, None))


@post("/machines/rules")
async def set_rule(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Set when a machine is due for maintenance."""
    here = await place(visitor, upstream)
    sent: tuple[str, Json, str | None] = (f"{here.base}/maintenance-rules", model.rule(data), None)
    return await _done(visitor, upstream, data, sent)


@post("/machines/rules/{rule_id:uuid}/retire")
async def retire(
    visitor: SignedIn, upstream: Services, rule_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Retire a rule of maintenance."""
    here = await place(visitor, upstream)
    sent: tuple[str, Json, str | None] = (
        f"{here.base}/maintenance-rules/{rule_id}/retire",
        {},
        data.get("key"),
    )
    return await _done(visitor, upstream, data, sent)


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
    maintenance = await _maintenance(visitor, upstream, here.base, site_id)
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
        maintenance=maintenance,
        typed=asked,
        refusal=refusal,
    )


async def _maintenance(visitor: Visitor, upstream: Upstream, base: str, site_id: str) -> Json | None:
    """Return the rules and what was done last; None for who does not look after this site's machines."""
    if not (visitor.is_desk and site_id):
        return None
    path = f"{base}/sites/{site_id}"
    try:
        rules, done = await asyncio.gather(
            upstream.get("booking", f"{path}/maintenance-rules", {"limit": 200}),
            upstream.get("booking", f"{path}/maintenances", {"limit": 10}),
        )
    except Refused as refusal:
        if refusal.status == HTTPStatus.FORBIDDEN:
            return None
        raise
    return {"rules": model.by_urgency(rules["items"]), "done": done["items"]}


ROUTES: Final = [machines, start, stop, incident, record, set_rule, retire]
