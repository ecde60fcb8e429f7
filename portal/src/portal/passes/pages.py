"""The pages of passes: mine and what was spent where, what is on offer, and the desk that sells."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.passes import model
from portal.places import Place, place
from portal.session import Visitor
from portal.settings import Service
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("sold", "asked")


@get("/passes")
async def mine(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the visitor's passes, and those on offer to them."""
    here = await place(visitor, upstream)
    return await _mine(here, visitor, upstream, request.query_params)


@post("/passes")
async def buy(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Buy a pass for oneself."""
    here = await place(visitor, upstream)
    body = model.sale({**data, "audience": ""}, visitor.person_id, _site_id(here, data))
    try:
        await upstream.post("billing", f"{here.base}/passes", body)
    except Refused as refusal:
        return await _mine(here, visitor, upstream, data, refusal)
    return redirect("/passes?done=sold")


@get("/passes/{lot_id:uuid}")
async def one(request: AnyRequest, visitor: SignedIn, upstream: Services, lot_id: FromPath[UUID]) -> Template:
    """Show what was spent of a pass, where, and what came back."""
    here = await place(visitor, upstream)
    cursor = request.query_params.get("cursor", "")
    found, entries = await asyncio.gather(
        upstream.get("billing", f"{here.base}/passes/{lot_id}"),
        upstream.get("booking", f"{here.base}/credit-lots/{lot_id}/entries", {"limit": 50, "cursor": cursor}),
    )
    rows = entries["items"]
    return page(
        visitor,
        "passes/one.html",
        sold=found,
        left=found["left"] if cursor or not rows else rows[0]["balance"],  # booking knows it first
        entries=rows,
        cursor=entries.get("next_cursor"),
    )


@get("/passes/of/{person_id:uuid}")
async def of_person(
    request: AnyRequest, visitor: SignedIn, upstream: Services, person_id: FromPath[UUID]
) -> Template:
    """Show the desk somebody's passes, and what it can sell to them."""
    here = await place(visitor, upstream)
    return await _of_person(here, visitor, upstream, person_id, request.query_params)


@post("/passes/of/{person_id:uuid}")
async def sell(
    visitor: SignedIn, upstream: Services, person_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Sell a pass at the desk."""
    here = await place(visitor, upstream)
    site_id = _site_id(here, data)
    body = model.sale(data, str(person_id), site_id)
    try:
        await upstream.post("billing", f"{here.base}/passes", body)
    except Refused as refusal:
        return await _of_person(here, visitor, upstream, person_id, data, refusal)
    return redirect(f"/passes/of/{person_id}?site={site_id}&done=sold")


@post("/passes/of/{person_id:uuid}/{sale_id:uuid}/cancel")
async def take_back(
    visitor: SignedIn, upstream: Services, person_id: FromPath[UUID], sale_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take back a pass that nothing is spent of."""
    here = await place(visitor, upstream)
    body = {"reason": data.get("reason", "")}
    try:
        await upstream.post("billing", f"{here.base}/passes/{sale_id}/cancel", body, data.get("key"))
    except Refused as refusal:
        return await _of_person(here, visitor, upstream, person_id, data, refusal)
    return redirect(f"/passes/of/{person_id}?site={_site_id(here, data)}&done=asked")


async def _mine(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    lots, offers, memberships = await asyncio.gather(
        _items(upstream, "booking", f"{here.base}/credit-lots/own"),
        _items(upstream, "billing", f"{here.base}/pass-offers"),
        _items(upstream, "membership", f"{here.base}/my-memberships"),
    )
    return page(
        visitor,
        "passes/mine.html",
        status=refusal.status if refusal else 200,
        place=here,
        shelves=model.shelves(lots),
        offers=model.for_member(offers, memberships),
        done=_done(asked),
        refusal=refusal,
    )


async def _of_person(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    person_id: UUID,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    site_id = _site_id(here, asked)
    person = await upstream.get("membership", f"{here.base}/persons/{person_id}")  # first: it refuses alike
    offers, lots = await asyncio.gather(
        _items(upstream, "billing", f"{here.base}/pass-offers"),
        _items(
            upstream, "booking", f"{here.base}/sites/{site_id}/credit-lots", {"person_id": str(person_id)}
        ),
    )
    return page(
        visitor,
        "passes/desk.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=site_id,
        person=person,
        offers=offers,
        audiences=model.audiences(offers),
        shelves=model.shelves(lots),
        untouched=model.untouched,
        done=_done(asked),
        refusal=refusal,
    )


async def _items(upstream: Upstream, service: Service, path: str, asked: Json | None = None) -> list[Json]:
    found: list[Json] = (await upstream.get(service, path, {"limit": 200, **(asked or {})}))["items"]
    return found


def _site_id(here: Place, asked: Mapping[str, str]) -> str:
    """Return the site where a pass is sold: the one asked for, else the first."""
    site = here.site(asked.get("site", ""))
    return str(site["site_id"]) if site else str(UUID(int=0))


def _done(asked: Mapping[str, str]) -> str:
    return asked.get("done", "") if asked.get("done") in _DONE else ""


ROUTES: Final = [mine, buy, one, of_person, sell, take_back]
