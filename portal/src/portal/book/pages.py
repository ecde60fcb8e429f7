"""The pages on which a booking is made: what and when, which, confirm; a refusal shows what is free."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.book import model
from portal.book.model import Wish
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Unreachable, Upstream

AnyRequest = Request[Any, Any, Any]


@get("/book")
async def what_and_when(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """First step: what is wanted, and when."""
    here = await place(visitor, upstream)
    wish = _wish(here, request.query_params)
    audiences = await _audiences(here, upstream) if visitor.is_desk else []
    who = request.query_params.get("who", "")
    return page(visitor, "book/what.html", place=here, wish=wish, model=model, audiences=audiences, who=who)


@get("/book/choose")
async def which(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Second step: which of those that are free."""
    here = await place(visitor, upstream)
    return await _choose(here, visitor, upstream, request.query_params)


@post("/book/hold")
async def hold(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Keep the chosen one for some minutes; where it was taken meanwhile, offer what is free instead."""
    here = await place(visitor, upstream)
    wish = _wish(here, data)
    if wish is None:
        return redirect("/book")
    zone = _zone(here, wish)
    body = model.command(wish, data.get("booking_id", ""), visitor.person_id, zone)
    try:
        held = await upstream.post("booking", f"{here.base}/bookings/held", body)
    except Refused as refusal:
        return await _choose(here, visitor, upstream, data, refusal)
    return redirect(f"/book/{held['booking_id']}")


@get("/book/{booking_id:uuid}")
async def last_look(visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID]) -> Template | Redirect:
    """Third step: what it is, until when it is kept, what it costs."""
    here = await place(visitor, upstream)
    return await _last_look(here, visitor, upstream, booking_id)


@post("/book/{booking_id:uuid}/confirm")
async def confirm(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Make it firm."""
    here = await place(visitor, upstream)
    path = f"{here.base}/bookings/{booking_id}/confirm"
    try:
        await upstream.post("booking", path, key=data.get("key"))
    except Refused as refusal:
        return await _last_look(here, visitor, upstream, booking_id, refusal)
    return redirect(f"/bookings/{booking_id}?done=booked")


async def _choose(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    wish = _wish(here, asked)
    if wish is None:
        return page(visitor, "book/what.html", place=here, wish=None, model=model, audiences=[], who="")
    zone = _zone(here, wish)
    persons, wish = await _who(here, visitor, upstream, asked, wish)
    free, equipment = await asyncio.gather(_free(here, upstream, wish), _equipment(here, upstream, wish))
    said = (refusal.values or {}) if refusal else {}
    offers, taken = said.get("alternatives", ()), said.get("resource_id", "")
    return page(
        visitor,
        "book/which.html",
        status=refusal.status if refusal else 200,
        place=here,
        wish=wish,
        who=asked.get("who", ""),
        model=model,
        persons=persons,
        free=model.preferred(free, wish.resource_id),
        prices=await _prices(here, upstream, wish, free),
        equipment=equipment,
        instead=[(offer, wish.instead(offer, zone, taken)) for offer in offers],
        refusal=refusal,
    )


async def _last_look(
    here: Place, visitor: Visitor, upstream: Upstream, booking_id: UUID, refusal: Refused | None = None
) -> Template | Redirect:
    booking = await upstream.get("booking", f"{here.base}/bookings/{booking_id}")
    if booking["state"] != "held" and refusal is None:
        return redirect(f"/bookings/{booking_id}")
    asked = model.priced(booking)
    quote = await _quote(here, upstream, asked) if asked else None
    draws = await _draws(here, upstream, booking)
    status = refusal.status if refusal else 200
    return page(
        visitor,
        "book/confirm.html",
        status=status,
        place=here,
        booking=booking,
        in_plan=model.in_plan(booking),
        quote=quote,
        draws=draws,
        refusal=refusal,
    )


def _wish(here: Place, asked: Mapping[str, str]) -> Wish | None:
    """Read the wish; None where the territory has no site to book at."""
    site_ids = [each["site_id"] for each in here.sites]
    return model.wish(asked, site_ids, here.now, here.zone) if site_ids else None


def _zone(here: Place, wish: Wish) -> str:
    site = here.site(wish.site_id)
    return str(site["zone"]) if site else here.zone


async def _free(here: Place, upstream: Upstream, wish: Wish) -> list[Json]:
    """Ask what is free; a period that cannot be is free of everything."""
    zone = _zone(here, wish)
    asked = {
        "start": wish.begins(zone).isoformat(),
        "end": wish.ends(zone).isoformat(),
        "site_id": wish.site_id,
        "kind": wish.kind,
        "capacity": wish.people,
        "feature": list(wish.features) or None,
        "limit": 200,
    }
    found = await upstream.get("booking", f"{here.base}/resources/free", asked)
    return [each for each in found["items"] if each["bookable"]]


async def _equipment(here: Place, upstream: Upstream, wish: Wish) -> list[Json]:
    """Ask which equipment is free then, to go with a room, a desk or an office."""
    if wish.kind == "equipment":
        return []
    bare = replace(wish, kind="equipment", people=None, features=())
    return [each for each in await _free(here, upstream, bare) if each["kind"] == "equipment"]


async def _who(
    here: Place, visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], wish: Wish
) -> tuple[Sequence[Json], Wish]:
    """Find for whom staff book: the persons that the search means, and the wish for the one it leaves."""
    if not visitor.is_desk or not (asked.get("who") or wish.person):
        return (), wish
    if wish.person:
        person = await upstream.get("membership", f"{here.base}/persons/{wish.person}")
        return [person], wish
    found = await upstream.get("membership", f"{here.base}/persons", {"search": asked["who"], "limit": 10})
    persons = found["items"]
    return persons, wish.for_person(persons[0]["person_id"]) if len(persons) == 1 else wish


async def _prices(here: Place, upstream: Upstream, wish: Wish, free: Sequence[Json]) -> dict[str, Any]:
    """Say by resource what it would cost: a quote, `plan`, or None where no price is known yet."""
    memberships: list[Json] = []
    if not wish.person:
        memberships = (await upstream.get("membership", f"{here.base}/my-memberships"))["items"]
    zone = _zone(here, wish)
    asked: dict[str, Json] = {}
    found: dict[str, Any] = {}
    for each in free:
        audience, paid_by = (
            (wish.audience, "money") if wish.audience else model.right(memberships, each["kind"])
        )
        if paid_by == "plan":
            found[each["resource_id"]] = "plan"
        elif audience and each["price_code"]:
            period = {"start": wish.begins(zone).isoformat(), "end": wish.ends(zone).isoformat()}
            line = {"price_code": each["price_code"], **period}
            asked[each["resource_id"]] = {"audience": audience, "site_id": wish.site_id, "lines": [line]}
    quoted = await asyncio.gather(*(_quote(here, upstream, each) for each in asked.values()))
    return found | dict(zip(asked, quoted, strict=True))


async def _quote(here: Place, upstream: Upstream, asked: Json) -> Json | None:
    """Ask a price; none is published yet, or billing is away: then it is told later."""
    try:
        return await upstream.post("billing", f"{here.base}/quotes", asked)
    except (Refused, Unreachable):
        return None


async def _draws(here: Place, upstream: Upstream, booking: Json) -> list[Json]:
    """Ask what a booking takes of which passes, and what that leaves."""
    if booking["paid_by"] != "credits":
        return []
    found = await upstream.get("booking", f"{here.base}/bookings/{booking['booking_id']}/credits")
    draws: list[Json] = found["draws"]
    return draws


async def _audiences(here: Place, upstream: Upstream) -> list[str]:
    """List the audiences of the territory's plans, for who comes without a membership."""
    try:
        plans = await upstream.get("membership", f"{here.base}/plans", {"limit": 200})
    except Refused:
        return []
    return sorted({audience for plan in plans["items"] for audience in plan["terms"]["audiences"]})


ROUTES: Final = [what_and_when, which, hold, last_look, confirm]
