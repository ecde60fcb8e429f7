"""The pages of waitlists: mine with what is offered, joining, and the list of a day for staff."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.book import model as wishes
from portal.pages import Form, Services, SignedIn, local, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Refused, Upstream
from portal.waitlists import model

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("joined", "accepted", "declined", "left")


@get("/waitlist")
async def mine(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List what the visitor waits for, with what is offered and the time left."""
    here = await place(visitor, upstream)
    return await _mine(here, visitor, upstream, request.query_params)


@get("/waitlist/join")
async def what(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template | Redirect:
    """Ask what is waited for, and with how much play."""
    here = await place(visitor, upstream)
    return _form(here, visitor, request.query_params)


@post("/waitlist")
async def join(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Put the visitor, or whom staff speaks for, on the list."""
    here = await place(visitor, upstream)
    if not here.sites:
        return redirect("/book")
    wanted = _wanted(here, data)
    site = here.site(wanted.wish.site_id)
    zone = str(site["zone"]) if site else here.zone
    body = model.command(wanted, data.get("entry_id", ""), visitor.person_id, zone)
    try:
        await upstream.post("booking", f"{here.base}/waitlist", body)
    except Refused as refusal:
        return _form(here, visitor, data, refusal)
    if wanted.wish.person:
        return redirect(f"/waitlist/day?site={wanted.wish.site_id}&day={wanted.wish.day}&done=joined")
    return redirect("/waitlist?done=joined")


@post("/waitlist/{entry_id:uuid}/accept")
async def accept(
    visitor: SignedIn, upstream: Services, entry_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take what is offered."""
    return await _answer(visitor, upstream, entry_id, "accept", data)


@post("/waitlist/{entry_id:uuid}/decline")
async def decline(
    visitor: SignedIn, upstream: Services, entry_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Leave what is offered to the next one."""
    return await _answer(visitor, upstream, entry_id, "decline", data)


@post("/waitlist/{entry_id:uuid}/leave")
async def leave(
    visitor: SignedIn, upstream: Services, entry_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Wait no longer; staff take somebody off, with a reason, and come back to the day."""
    return await _answer(visitor, upstream, entry_id, "leave", data)


@get("/waitlist/day")
async def of_day(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show staff who waits for a day of a site, in the order of the offers."""
    here = await place(visitor, upstream)
    return await _of_day(here, visitor, upstream, request.query_params)


_AFTER: Final = {"accept": "accepted", "decline": "declined", "leave": "left"}


async def _answer(
    visitor: Visitor, upstream: Upstream, entry_id: UUID, act: str, data: Mapping[str, str]
) -> Template | Redirect:
    here = await place(visitor, upstream)
    back = local(data.get("back", ""), "/waitlist")
    body = {"reason": data["reason"]} if data.get("reason") else None
    try:
        await upstream.post("booking", f"{here.base}/waitlist/{entry_id}/{act}", body, data.get("key"))
    except Refused as refusal:
        if back != "/waitlist":
            return await _of_day(here, visitor, upstream, data, refusal)
        return await _mine(here, visitor, upstream, {}, refusal)
    sign = "&" if "?" in back else "?"
    return redirect(f"{back}{sign}done={_AFTER[act]}")


async def _mine(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    wanted = {"limit": 50, "cursor": asked.get("cursor", "")}
    found = await upstream.get("booking", f"{here.base}/waitlist/own", wanted)
    return page(
        visitor,
        "waitlists/mine.html",
        status=refusal.status if refusal else 200,
        shelves=model.shelves(found["items"]),
        left=lambda entry: model.minutes_left(entry, here.now),
        cursor=found.get("next_cursor"),
        done=_done(asked),
        refusal=refusal,
    )


def _form(
    here: Place, visitor: Visitor, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template | Redirect:
    if not here.sites:
        return redirect("/book")
    return page(
        visitor,
        "waitlists/join.html",
        status=refusal.status if refusal else 200,
        place=here,
        wait=_wanted(here, asked),
        wishes=wishes,
        refusal=refusal,
    )


async def _of_day(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    site, day = here.site(asked.get("site", "")), _day(asked.get("day", ""), here.today)
    found: dict[str, Any] = {"items": []}
    if site:
        path = f"{here.base}/sites/{site['site_id']}/waitlist"
        wanted = {"day": day.isoformat(), "limit": 50, "cursor": asked.get("cursor", "")}
        found = await upstream.get("booking", path, wanted)
    return page(
        visitor,
        "waitlists/day.html",
        status=refusal.status if refusal else 200,
        place=here,
        site=site,
        day=day,
        entries=found["items"],
        left=lambda entry: model.minutes_left(entry, here.now),
        cursor=found.get("next_cursor"),
        done=_done(asked),
        refusal=refusal,
    )


def _wanted(here: Place, asked: Mapping[str, str]) -> model.Wait:
    wish = wishes.wish(asked, [each["site_id"] for each in here.sites], here.now, here.zone)
    return model.wait(wish, asked)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _done(asked: Mapping[str, str]) -> str:
    said = asked.get("done", "")
    return said if said in _DONE else ""


ROUTES: Final = [mine, what, join, accept, decline, leave, of_day]
