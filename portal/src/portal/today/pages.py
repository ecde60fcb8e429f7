"""The pages of the day: what there is to see and to decide, and the buttons that do it."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from litestar import Request, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import base_of, place
from portal.session import Visitor
from portal.settings import Service
from portal.today import model
from portal.today.asks import Day, part
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]
_COOKIE: Final = "opened"
_YEAR: Final = 31_536_000


@get("/today")
async def today(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the day of the territory, as far as the visitor's roles open it."""
    return await _today(request, visitor, upstream)


@post("/today/check-in")
async def check_in(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Note that somebody has come."""
    command = Command("booking", f"bookings/{_named(data, 'booking')}/check-in", {}, data.get("key"))
    return await _do(request, visitor, upstream, command)


@post("/today/approve")
async def approve(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Grant a request."""
    command = Command("booking", f"bookings/{_named(data, 'booking')}/approve", {}, data.get("key"))
    return await _do(request, visitor, upstream, command)


@post("/today/reject")
async def reject(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Turn a request down, for a reason that the person reads."""
    body = {"reason": data.get("reason", "")}
    command = Command("booking", f"bookings/{_named(data, 'booking')}/reject", body, data.get("key"))
    return await _do(request, visitor, upstream, command)


@post("/today/release")
async def release(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Let a bill run go as it was seen."""
    body = {"plan_digest": data.get("digest", "")}
    command = Command("billing", f"bill-runs/{_named(data, 'run')}/release", body, data.get("key"))
    return await _do(request, visitor, upstream, command)


@post("/today/waive")
async def waive(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Let somebody off what has no price."""
    body = {"reason": data.get("reason", "")}
    command = Command("billing", f"charges/{_named(data, 'charge')}/waive", body, data.get("key"))
    return await _do(request, visitor, upstream, command)


@post("/today/represent")
async def represent(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Name who stands for an organisation, so that its messages reach somebody."""
    try:
        person_id = await _person_of(visitor, upstream, data.get("mail", "").strip())
    except Refused as refusal:
        return await _today(request, visitor, upstream, refusal)
    body = {
        "affiliation_id": data.get("key", ""),
        "person_id": person_id,
        "organisation_id": data.get("organisation", ""),
        "role": "representative",
        "valid_from": (await place(visitor, upstream)).today.isoformat(),
    }
    return await _do(request, visitor, upstream, Command("membership", "affiliations", body))


@post("/today/read")
async def read(request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Put one of one's own messages aside as read."""
    path = f"messages/{_named(data, 'message')}/mark-read"
    return await _do(request, visitor, upstream, Command("notifications", path, {}, data.get("key")))


@dataclass(frozen=True, slots=True)
class Command:
    """What a button of the page asks of a service."""

    service: Service
    path: str
    body: Json
    key: str | None = None


async def _do(
    request: AnyRequest, visitor: Visitor, upstream: Upstream, command: Command
) -> Template | Redirect:
    """Do what a button says, and show the day again, with the refusal if there is one."""
    path = f"{base_of(visitor)}/{command.path}"
    try:
        await upstream.post(command.service, path, command.body, command.key)
    except Refused as refusal:
        return await _today(request, visitor, upstream, refusal)
    return redirect("/today")


async def _today(
    request: AnyRequest, visitor: Visitor, upstream: Upstream, refusal: Refused | None = None
) -> Template:
    status = refusal.status if refusal else 200
    if not visitor.territory:
        territories = await _territories(upstream) if visitor.is_platform_operator else []
        return page(visitor, "today/nowhere.html", status=status, territories=territories, refusal=refusal)
    day = Day(visitor, await place(visitor, upstream), upstream)
    opened = model.opened(request.cookies.get(_COOKIE, "").strip('"'), day.place.now)
    staff, runs_the_place = visitor.is_staff, visitor.runs_the_place
    wanted = {
        "arrivals": day.arrivals() if staff else None,
        "here": day.here() if visitor.is_desk else None,
        "free": day.free(),
        "decisions": day.decisions() if staff else day.delegated() if visitor.is_member else None,
        "failed": day.failed(opened.before) if runs_the_place else None,
        "coming": day.coming() if visitor.is_member else None,
        "unread": day.unread() if visitor.is_member else None,
    }
    asked = {name: part(each) for name, each in wanted.items() if each is not None}
    parts = dict.fromkeys(wanted) | dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    shown = page(visitor, "today/today.html", status=status, place=day.place, refusal=refusal, **parts)
    cookie = Cookie(
        _COOKIE, value=opened.written(), max_age=_YEAR, path="/today", httponly=True, samesite="lax"
    )
    shown.cookies.append(cookie)
    return shown


async def _territories(upstream: Upstream) -> list[Json]:
    found: list[Json] = (await upstream.get("membership", "/v1/platform/territories", {"limit": 200}))[
        "items"
    ]
    return found


async def _person_of(visitor: Visitor, upstream: Upstream, mail: str) -> str:
    """Find the one person of the territory with a mail address. Raises Refused."""
    found = await upstream.get("membership", f"{base_of(visitor)}/persons", {"search": mail})
    for person in found["items"]:
        if mail and str(person["mail"]).casefold() == mail.casefold():
            return str(person["person_id"])
    raise Refused(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        code="nobody-has-this-mail",
        title=_("Nobody here has this mail address"),
        detail=_("No person whom the territory knows has the address “%(mail)s”.") % {"mail": mail},
        cure=_("Check the address, or have the person register first."),
    )


def _named(data: dict[str, str], name: str) -> str:
    """Return the id that a form names, fit to stand in a path."""
    return quote(data.get(name, ""), safe="")


ROUTES: Final = [today, check_in, approve, reject, release, waive, represent, read]
