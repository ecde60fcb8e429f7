"""The pages of fibre lines: ask, order, agree on the visit, hand over."""

import asyncio
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.fibre import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("asked", "order", "appointment", "activate")


@get("/fibre")
async def lines(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List the lines: one's own, and to staff those of everybody; ask for another one."""
    here = await place(visitor, upstream)
    return await _lines(here, visitor, upstream, asked=dict(request.query_params))


@post("/fibre")
async def ask(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Ask whether a site can have a line."""
    here = await place(visitor, upstream)
    organisation_id = data.get("customer", "")
    party = {"organisation_id": organisation_id} if organisation_id else {"person_id": visitor.person_id}
    body = {"line_id": data.get("line_id", ""), "site_id": data.get("site", ""), "customer": party}
    if unit := data.get("unit", "").strip():
        body["unit"] = unit
    try:
        line = await upstream.post("billing", f"{here.base}/fibre-lines", body)
    except Refused as refusal:
        return await _lines(here, visitor, upstream, refusal=refusal, asked=data)
    return redirect(f"/fibre/{line['line_id']}?done=asked")


@get("/fibre/{line_id:uuid}")
async def line(
    request: AnyRequest, visitor: SignedIn, upstream: Services, line_id: FromPath[UUID]
) -> Template:
    """Show a line, how far it got, and the step that comes next."""
    here = await place(visitor, upstream)
    done = request.query_params.get("done", "")
    return await _line(here, visitor, upstream, line_id, done=done if done in _DONE else "")


@post("/fibre/{line_id:uuid}/order")
async def order(
    visitor: SignedIn, upstream: Services, line_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Order a qualified line at a price by month."""
    body = {
        "price_code": data.get("price_code", ""),
        "commitment_months": data.get("commitment_months", "0"),
    }
    return await _step(visitor, upstream, line_id, ("order", body), data)


@post("/fibre/{line_id:uuid}/appointment")
async def appointment(
    visitor: SignedIn, upstream: Services, line_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Agree on when the technician comes."""
    here = await place(visitor, upstream)
    try:
        start, end = model.visit(data.get("day", ""), data.get("start", ""), here.zone)
    except ValueError:
        return await _line(here, visitor, upstream, line_id, refusal=_no_time())
    return await _step(visitor, upstream, line_id, ("appointment", {"start": start, "end": end}), data)


@post("/fibre/{line_id:uuid}/activate")
async def activate(
    visitor: SignedIn, upstream: Services, line_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Hand the line over working, with what was measured."""
    proof = {name: data.get(name, "") for name in ("down_mbps", "up_mbps", "reference")}
    return await _step(visitor, upstream, line_id, ("activate", {"proof": proof}), data)


async def _step(
    visitor: Visitor, upstream: Upstream, line_id: UUID, act: tuple[str, Json], data: dict[str, str]
) -> Template | Redirect:
    here, (step, body) = await place(visitor, upstream), act
    try:
        await upstream.post("billing", f"{here.base}/fibre-lines/{line_id}/{step}", body, data.get("key"))
    except Refused as refusal:
        return await _line(here, visitor, upstream, line_id, refusal=refusal)
    return redirect(f"/fibre/{line_id}?done={step}")


async def _lines(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    *,
    asked: dict[str, str],
    refusal: Refused | None = None,
) -> Template:
    path = f"{here.base}/fibre-lines" + ("" if visitor.is_staff else "/own")
    found = await upstream.get("billing", path, {"limit": 100, "cursor": asked.get("cursor", "")})
    return page(
        visitor,
        "fibre/lines.html",
        status=refusal.status if refusal else 200,
        place=here,
        lines=found["items"],
        cursor=found.get("next_cursor"),
        customers=await _customers(here, visitor, upstream, found["items"]),
        model=model,
        asked=asked,
        refusal=refusal,
    )


async def _line(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    line_id: UUID,
    *,
    done: str = "",
    refusal: Refused | None = None,
) -> Template:
    found = await upstream.get("billing", f"{here.base}/fibre-lines/{line_id}")
    step = model.next_step(found, activates=visitor.is_desk)
    prices = await _prices(here, upstream) if step == "order" else []
    return page(
        visitor,
        "fibre/line.html",
        status=refusal.status if refusal else 200,
        place=here,
        line=found,
        customers=await _customers(here, visitor, upstream, [found]),
        step=step,
        prices=prices,
        model=model,
        done=done,
        refusal=refusal,
    )


async def _prices(here: Place, upstream: Upstream) -> list[Json]:
    """List what a line can be ordered at: the prices by month that are not those of plans."""
    versions, plans = await asyncio.gather(
        upstream.get("billing", f"{here.base}/price-books", {"limit": 200}),
        upstream.get("membership", f"{here.base}/plans", {"limit": 200}),
    )
    codes = [plan["terms"]["price_code"] for plan in plans["items"]]
    return [dict(price) for price in model.monthly(versions["items"], codes, here.today)]


async def _customers(here: Place, visitor: Visitor, upstream: Upstream, shown: list[Json]) -> dict[str, str]:
    """Name the organisations that lines are for: all of them to staff, to others those they deal with."""
    if visitor.is_staff:
        found = await upstream.get("membership", f"{here.base}/organisations", {"limit": 200})
        return {each["organisation_id"]: each["name"] for each in found["items"]}
    memberships, invoices = await asyncio.gather(
        upstream.get("membership", f"{here.base}/my-memberships", {"limit": 200}),
        upstream.get("billing", f"{here.base}/invoices/own", {"limit": 200}),
    )
    named = {
        each["customer"]["organisation_id"]: each["customer_name"]
        for each in invoices["items"]
        if each["customer"]["organisation_id"]
    }
    return model.customers(memberships["items"], shown, named)


def _no_time() -> Refused:
    return Refused(422, "no-time", _("The appointment has no day or no time"), "", _("Give both."))


ROUTES: Final = [lines, ask, line, order, appointment, activate]
