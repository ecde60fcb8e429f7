"""The pages of the front desk: who walks in, who comes with a code, a person and their plan."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.desk import asks, model
from portal.desk.model import WalkIn
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Unreachable, Upstream

AnyRequest = Request[Any, Any, Any]


@get("/desk")
async def desk(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the form for who walks in: six fields."""
    here = await place(visitor, upstream)
    return _form(here, visitor, _typed(here, visitor, request.query_params))


@post("/desk", status_code=200)
async def look(visitor: SignedIn, upstream: Services, data: Form) -> Template:
    """Say what is free now, until when and for how much; nothing is kept yet."""
    here = await place(visitor, upstream)
    typed = _typed(here, visitor, data)
    if data.get("again"):  # back to what was typed: by POST, since no name stands in an address
        return _form(here, visitor, typed)
    try:
        asks.check(typed)
        offer = await asks.offer(here, upstream, typed)
    except Refused as refusal:
        return _form(here, visitor, typed, refusal)
    quote = await asks.quote(here, upstream, typed, offer)
    return page(visitor, "desk/look.html", place=here, typed=typed, offer=offer, quote=quote)


@post("/desk/walk-in")
async def take_in(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Keep the place, register the person, make it firm, note the arrival: each once, however often sent."""
    here = await place(visitor, upstream)
    typed = _typed(here, visitor, data)
    booking_id = data.get("booking_id", "")
    held = {
        "booking_id": booking_id,
        "resource_id": data.get("resource", ""),
        "person_id": data.get("person_id", ""),
        "start": data.get("start", ""),
        "end": data.get("end", ""),
        "attendees": typed.attendees,
        "audience": model.AUDIENCE,
    }
    path = f"{here.base}/bookings"
    try:
        asks.check(typed)
        await upstream.post("booking", f"{path}/held", held)
        await asks.register(here, upstream, typed, held)
        for act in ("confirm", "check-in"):
            await upstream.post("booking", f"{path}/{booking_id}/{act}", key=f"{act}-{booking_id}")
    except Refused as refusal:
        return _form(here, visitor, typed, refusal)
    return redirect(f"/desk/receipt/{booking_id}")


@get("/desk/receipt/{booking_id:uuid}")
async def receipt(visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID]) -> Template:
    """Show who was taken in, where, until when and what is due."""
    here = await place(visitor, upstream)
    booking = await upstream.get("booking", f"{here.base}/bookings/{booking_id}")
    person, charge = await asyncio.gather(
        upstream.get("membership", f"{here.base}/persons/{booking['person_id']}"),
        asks.charge(here, upstream, booking_id),
    )
    quote = None if charge else await asks.quoted(here, upstream, booking)
    return page(visitor, "desk/receipt.html", booking=booking, person=person, charge=charge, quote=quote)


@get("/desk/arrive")
async def arrive(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Find the booking of a code, scanned or typed, and offer the one button."""
    return await _arrive(visitor, upstream, request.query_params.get("code", "").strip())


@post("/desk/arrive")
async def note_arrival(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Note that the person of a code has come."""
    here = await place(visitor, upstream)
    booking_id = _id(data, "booking")
    try:
        await upstream.post("booking", f"{here.base}/bookings/{booking_id}/check-in", key=data.get("key"))
    except Refused as refusal:
        return await _arrive(visitor, upstream, data.get("code", ""), refusal)
    return redirect(f"/bookings/{booking_id}?done=came")


@get("/desk/group")
async def group(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show who is expected at a site today, to be checked in together."""
    return await _group(visitor, upstream, request.query_params)


@post("/desk/group", status_code=200)
async def receive_group(visitor: SignedIn, upstream: Services, data: Form) -> Template:
    """Note that all the chosen ones have come; whoever could not be checked in is named with the reason."""
    here = await place(visitor, upstream)
    site = here.site(data.get("site", ""))
    path = f"{here.base}/sites/{site['site_id'] if site else ''}/check-in-group"
    try:
        body = {"booking_ids": model.chosen(data)}
        answer = await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        return await _group(visitor, upstream, data, refusal=refusal)
    return await _group(visitor, upstream, data, answer=answer)


@get("/desk/persons/{person_id:uuid}")
async def person(visitor: SignedIn, upstream: Services, person_id: FromPath[UUID]) -> Template:
    """Show a person, what they booked, and what makes a member of them."""
    return await _person(visitor, upstream, person_id)


@post("/desk/persons/{person_id:uuid}/mail")
async def add_mail(
    visitor: SignedIn, upstream: Services, person_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Add a mail address to the same person."""
    body = {"mail": data.get("mail", "").strip()}
    path = f"persons/{person_id}/change"
    return await _of_person(visitor, upstream, person_id, (path, body, data.get("key")))


@post("/desk/persons/{person_id:uuid}/plan")
async def take_plan(
    visitor: SignedIn, upstream: Services, person_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Make a member of the same person: what they booked and owe stays theirs."""
    plan_id, _sep, audience = data.get("plan", "").partition(" ")
    body = {
        "membership_id": data.get("key", ""),
        "holder": {"person_id": str(person_id)},
        "plan_id": plan_id,
        "audience": audience,
        "valid_from": (await place(visitor, upstream)).today.isoformat(),
    }
    return await _of_person(visitor, upstream, person_id, ("memberships", body, data.get("key")))


def _typed(here: Place, visitor: Visitor, asked: Mapping[str, str]) -> WalkIn:
    site = here.site(asked.get("site", ""))
    return model.walk_in(asked, str(site["site_id"]) if site else "", visitor.language)


def _form(here: Place, visitor: Visitor, typed: WalkIn, refusal: Refused | None = None) -> Template:
    """Show the form with what was typed."""
    return page(
        visitor,
        "desk/desk.html",
        status=refusal.status if refusal else 200,
        place=here,
        typed=typed,
        times=model.choices(here.now, here.zone),
        wrong=(refusal.values or {}).get("fields", ()) if refusal else (),
        known=(refusal.values or {}).get("person_id", "") if refusal else "",
        refusal=refusal,
    )


async def _arrive(
    visitor: Visitor, upstream: Upstream, code: str, refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    found, waiting = None, []
    if code and refusal is None:
        try:
            found = await upstream.post("booking", f"{here.base}/arrivals/find", {"code": code})
        except Refused as refused:
            refusal = refused
    if found:
        asked = {"person_id": found["person_id"], "limit": 20}
        with suppress(Refused, Unreachable):
            waiting = (
                await upstream.get("booking", f"{here.base}/sites/{found['site_id']}/deliveries", asked)
            )["items"]
    status = refusal.status if refusal else 200
    shown = {"code": code, "found": found, "waiting": waiting, "refusal": refusal}
    return page(visitor, "desk/arrive.html", status=status, **shown)


async def _group(
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    *,
    answer: Json | None = None,
    refusal: Refused | None = None,
) -> Template:
    here = await place(visitor, upstream)
    site = here.site(asked.get("site", ""))
    expected = await asks.expected(here, upstream, str(site["site_id"])) if site else []
    return page(
        visitor,
        "desk/group.html",
        status=refusal.status if refusal else 200,
        place=here,
        site=site,
        expected=expected,
        answer=answer,
        refusal=refusal,
    )


async def _of_person(
    visitor: Visitor, upstream: Upstream, person_id: UUID, command: tuple[str, Json, str | None]
) -> Template | Redirect:
    path, body, key = command
    here = await place(visitor, upstream)
    try:
        await upstream.post("membership", f"{here.base}/{path}", body, key)
    except Refused as refusal:
        return await _person(visitor, upstream, person_id, refusal)
    return redirect(f"/desk/persons/{person_id}")


async def _person(
    visitor: Visitor, upstream: Upstream, person_id: UUID, refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    shown = await upstream.get("membership", f"{here.base}/persons/{person_id}")
    bookings, memberships, plans = await asyncio.gather(
        upstream.get("booking", f"{here.base}/bookings", {"person_id": str(person_id), "limit": 20}),
        upstream.get("membership", f"{here.base}/memberships", {"holder_id": str(person_id)}),
        upstream.get("membership", f"{here.base}/plans", {"limit": 200}),
    )
    return page(
        visitor,
        "desk/person.html",
        status=refusal.status if refusal else 200,
        person=shown,
        bookings=bookings["items"],
        memberships=memberships["items"],
        plans=plans["items"],
        refusal=refusal,
    )


def _id(data: Mapping[str, str], name: str) -> str:
    """Return the id that a form names, fit to stand in a path."""
    try:
        return str(UUID(data.get(name, "")))
    except ValueError:
        return str(UUID(int=0))


ROUTES: Final = [
    desk,
    look,
    take_in,
    receipt,
    arrive,
    note_arrival,
    group,
    receive_group,
    person,
    add_mail,
    take_plan,
]
