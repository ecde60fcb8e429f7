"""The pages of who comes and is here: visitors, deliveries, presence to print, announcements."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, get, post
from litestar.response import Redirect, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream
from portal.visits import model
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]
_VISIT_ACTS: Final = ("arrive", "leave", "call-off")


@get("/visits")
async def visits(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show who is expected: at the desk for the day, else by oneself."""
    return await _visits(visitor, upstream, request.query_params)


@post("/visits")
async def invite(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Expect a visitor."""
    here = await place(visitor, upstream)
    site_id = _site(here, data)
    try:
        host = await _person(here, visitor, upstream, data.get("host", ""))
        body = {
            "visit_id": data.get("key", ""),
            "host_id": host,
            "visitor_name": data.get("name", ""),
            "expected_at": model.moment(data, here.now, here.zone).isoformat(),
        }
        await upstream.post("booking", f"{here.base}/sites/{site_id}/visits", body)
    except Refused as refusal:
        return await _visits(visitor, upstream, data, refusal)
    return redirect(f"/visits?site={site_id}")


@post("/visits/act")
async def act(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Note what became of a visit."""
    here = await place(visitor, upstream)
    what, _sep, visit_id = data.get("act", "").partition(" ")
    if what not in _VISIT_ACTS or not visit_id.replace("-", "").isalnum():
        return redirect("/visits")
    try:
        await upstream.post("booking", f"{here.base}/visits/{visit_id}/{what}", key=data.get("key"))
    except Refused as refusal:
        return await _visits(visitor, upstream, data, refusal)
    return redirect(f"/visits?site={_site(here, data)}")


@get("/visits/deliveries")
async def deliveries(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show what waits: at the desk for all, else for oneself."""
    return await _deliveries(visitor, upstream, request.query_params)


@post("/visits/deliveries")
async def receive(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Take a parcel or a letter in."""
    here = await place(visitor, upstream)
    site_id = _site(here, data)
    try:
        body: Json = {"delivery_id": data.get("key", ""), "kind": data.get("kind", "")}
        body["addressee"] = await _addressee(here, visitor, upstream, data.get("for", ""))
        if data.get("sender", "").strip():
            body["sender"] = data["sender"]
        await upstream.post("booking", f"{here.base}/sites/{site_id}/deliveries", body)
    except Refused as refusal:
        return await _deliveries(visitor, upstream, data, refusal)
    return redirect(f"/visits/deliveries?site={site_id}")


@post("/visits/deliveries/settle")
async def settle(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Hand something over, or send it back."""
    here = await place(visitor, upstream)
    what, _sep, delivery_id = data.get("act", "").partition(" ")
    if what not in ("hand-over", "return") or not delivery_id.replace("-", "").isalnum():
        return redirect("/visits/deliveries")
    try:
        body: Json = {}
        if what == "hand-over":
            body["handed_to"] = data.get("addressee") or await _person(
                here, visitor, upstream, data.get("to", "")
            )
        path = f"{here.base}/deliveries/{delivery_id}/{what}"
        await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        return await _deliveries(visitor, upstream, data, refusal)
    return redirect(f"/visits/deliveries?site={_site(here, data)}")


@get("/visits/presence")
async def presence(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show who is at a site now: printed, it is the list that an evacuation counts by."""
    here = await place(visitor, upstream)
    site_id = _site(here, request.query_params)
    found = await upstream.get("booking", f"{here.base}/sites/{site_id}/presence")
    return page(visitor, "visits/presence.html", place=here, presence=found, site_id=site_id)


@get("/visits/tell")
async def tell(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Ask what is to be told, and when those come to whom."""
    return await _tell(visitor, upstream, request.query_params)


@post("/visits/tell", status_code=200)
async def count(visitor: SignedIn, upstream: Services, data: Form) -> Template:
    """Say how many would be told; nothing is sent yet."""
    here = await place(visitor, upstream)
    since, until = model.stretch(data, here.today, here.zone)
    path = f"{here.base}/sites/{_site(here, data)}/announcements/reach"
    try:
        asked = {"since": since.isoformat(), "until": until.isoformat()}
        reach = await upstream.get("booking", path, asked)
    except Refused as refusal:
        return await _tell(visitor, upstream, data, refusal=refusal)
    return await _tell(visitor, upstream, data, reach=reach)


@post("/visits/tell/send")
async def send(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Tell them, once however often it is sent."""
    here = await place(visitor, upstream)
    since, until = model.stretch(data, here.today, here.zone)
    body = {
        "announcement_id": data.get("key", ""),
        "since": since.isoformat(),
        "until": until.isoformat(),
        **model.words(data),
    }
    path = f"{here.base}/sites/{_site(here, data)}/announcements"
    try:
        told = await upstream.post("booking", path, body)
    except Refused as refusal:
        return await _tell(visitor, upstream, data, refusal=refusal)
    return redirect(f"/visits/tell?told={told['people']}&silent={told['without_mail']}")


async def _visits(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    site_id = _site(here, asked)
    paths = ["visits/own"] if visitor.is_member else []
    if visitor.is_desk:
        paths.append(f"sites/{site_id}/visits")
    day = {"day": here.today.isoformat(), "limit": 200}
    found = await asyncio.gather(
        *(upstream.get("booking", f"{here.base}/{path}", {} if "own" in path else day) for path in paths)
    )
    seen = {each["visit_id"]: each for answer in found for each in answer["items"]}
    return page(
        visitor,
        "visits/visits.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=site_id,
        visits=model.expected(list(seen.values())),
        typed=asked,
        refusal=refusal,
    )


async def _deliveries(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    site_id = _site(here, asked)
    path = f"sites/{site_id}/deliveries" if visitor.is_desk else "deliveries/own"
    found = await upstream.get("booking", f"{here.base}/{path}", {"limit": 200})
    return page(
        visitor,
        "visits/deliveries.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=site_id,
        waiting=found["items"],
        typed=asked,
        refusal=refusal,
    )


async def _tell(
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    *,
    reach: Json | None = None,
    refusal: Refused | None = None,
) -> Template:
    here = await place(visitor, upstream)
    return page(
        visitor,
        "visits/tell.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=_site(here, asked),
        typed=asked,
        reach=reach,
        refusal=refusal,
    )


def _site(here: Place, asked: Mapping[str, str]) -> str:
    site = here.site(asked.get("site", ""))
    return str(site["site_id"]) if site else ""


async def _person(here: Place, visitor: Visitor, upstream: Upstream, typed: str) -> str:
    """Find the one person that staff mean; without a name, oneself. Raises Refused."""
    if not typed.strip() or not visitor.is_desk:
        return visitor.person_id
    found = await upstream.get("membership", f"{here.base}/persons", {"search": typed, "limit": 2})
    if len(found["items"]) == 1:
        return str(found["items"][0]["person_id"])
    raise _nobody(typed, many=bool(found["items"]))


async def _addressee(here: Place, visitor: Visitor, upstream: Upstream, typed: str) -> dict[str, str]:
    """Find the person or else the organisation that something is for. Raises Refused."""
    try:
        return {"person_id": await _person(here, visitor, upstream, typed)}
    except Refused as refusal:
        path, asked = f"{here.base}/organisations", {"search": typed, "limit": 2}
        found = (await upstream.get("membership", path, asked))["items"]
        if len(found) != 1:
            raise refusal from None
        return {"organisation_id": str(found[0]["organisation_id"])}


def _nobody(typed: str, *, many: bool) -> Refused:
    detail = _("Several are called “%(name)s”.") if many else _("Nobody here is called “%(name)s”.")
    return Refused(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "person-unclear",
        _("It is not clear who is meant"),
        detail % {"name": typed},
        _("Write first name and name, or the mail address."),
    )


ROUTES: Final = [visits, invite, act, deliveries, receive, settle, presence, tell, count, send]
