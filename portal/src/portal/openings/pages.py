"""The pages of openings: the week, days apart, closures and the bookings they hit, sets of days followed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.openings import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("hours", "exception", "withdrawn", "declared", "lifted", "followed", "ended", "imported")


@get("/openings")
async def openings(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show when a site, or one of its resources, is open, and what to change about it."""
    here = await place(visitor, upstream)
    return await _openings(here, visitor, upstream, dict(request.query_params))


@post("/openings/hours")
async def define(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Set the week from a day on."""

    async def act(here: Place) -> None:
        body = {"valid_from": data.get("valid_from", ""), "weekly": _read(lambda: model.weekly(data))}
        await upstream.post("booking", f"{_owner(here, data)}/opening-hours", body, data.get("key"))

    return await _acted(visitor, upstream, data, act, "hours")


@post("/openings/exceptions")
async def add_exception(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Have one day open otherwise, or not at all."""

    async def act(here: Place) -> None:
        body = {
            "day": data.get("day", ""),
            "openings": _read(lambda: model.hours(data.get("hours", ""))),
            "reason": data.get("reason", ""),
        }
        await upstream.post("booking", f"{_owner(here, data)}/exceptions", body, data.get("key"))

    return await _acted(visitor, upstream, data, act, "exception")


@post("/openings/exceptions/withdraw")
async def withdraw(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Let a day follow the week again."""

    async def act(here: Place) -> None:
        body = {"day": data.get("day", "")}
        await upstream.post("booking", f"{_owner(here, data)}/exceptions/withdraw", body, data.get("key"))

    return await _acted(visitor, upstream, data, act, "withdrawn")


@post("/openings/closures")
async def declare(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Close a site or a resource for some days; then see to the bookings that this hits."""
    here = await place(visitor, upstream)
    body: Json = {name: data.get(name, "") for name in ("closure_id", "first_day", "last_day", "reason")}
    body |= {"site_id": data.get("site", ""), "staff_may_override": "override" in data}
    if data.get("resource"):
        body["resource_id"] = data["resource"]
    try:
        closure = await upstream.post("booking", f"{here.base}/closures", body)
    except Refused as refusal:
        return await _openings(here, visitor, upstream, data, refusal)
    return redirect(f"/openings/closures/{closure['closure_id']}?done=declared")


@post("/openings/follow")
async def follow(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Have a site follow a set of days."""

    async def act(here: Place) -> None:
        closure_set, _colon, set_id = data.get("set", "").partition(":")
        body: Json = {
            "subscription_id": data.get("subscription_id", ""),
            "site_id": data.get("site", ""),
            "closure_set": closure_set,
            "openings": _read(lambda: model.hours(data.get("hours", ""))),
        }
        if set_id:
            body["set_id"] = set_id
        if data.get("area") and closure_set == "public-holidays":
            body["area"] = data["area"]
        await upstream.post("booking", f"{here.base}/closure-subscriptions", body)

    return await _acted(visitor, upstream, data, act, "followed")


@post("/openings/unfollow")
async def unfollow(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Have a site follow a set no more."""

    async def act(here: Place) -> None:
        path = f"{here.base}/closure-subscriptions/{data.get('subscription_id', '')}/end"
        await upstream.post("booking", path, key=data.get("key"))

    return await _acted(visitor, upstream, data, act, "ended")


@post("/openings/calendars")
async def bring_in(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Bring in the text of a calendar."""

    async def act(here: Place) -> None:
        body = {name: data.get(name, "") for name in ("set_id", "name", "calendar")}
        await upstream.post("booking", f"{here.base}/closure-sets", body)

    return await _acted(visitor, upstream, data, act, "imported")


@get("/openings/closures/{closure_id:uuid}")
async def closure(
    request: AnyRequest, visitor: SignedIn, upstream: Services, closure_id: FromPath[UUID]
) -> Template:
    """Show a closure and the bookings it hits, each with what is free instead."""
    here = await place(visitor, upstream)
    done = request.query_params.get("done", "")
    return await _closure(here, visitor, upstream, closure_id, done=done if done in _DONE else "")


@post("/openings/closures/{closure_id:uuid}/lift")
async def lift(
    visitor: SignedIn, upstream: Services, closure_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """End a closure."""
    here = await place(visitor, upstream)
    try:
        lifted = await upstream.post(
            "booking", f"{here.base}/closures/{closure_id}/lift", key=data.get("key")
        )
    except Refused as refusal:
        return await _closure(here, visitor, upstream, closure_id, refusal=refusal)
    return redirect(f"/openings?site={lifted['site_id']}&done=lifted")


@post("/openings/closures/{closure_id:uuid}/settle")
async def settle(visitor: SignedIn, upstream: Services, closure_id: FromPath[UUID], data: Form) -> Template:
    """Move and cancel as was chosen for each booking; what stays is named with its reason."""
    here = await place(visitor, upstream)
    moves, cancelled = model.decided(data)
    path, key = f"{here.base}/closures/{closure_id}", data.get("key", "")
    outcomes = []
    try:
        if moves:
            outcomes.append(
                await upstream.post("booking", f"{path}/move-bookings", {"moves": moves}, f"{key}-move")
            )
        if cancelled:
            body: Json = {"booking_ids": cancelled}
            outcomes.append(await upstream.post("booking", f"{path}/cancel-bookings", body, f"{key}-cancel"))
    except Refused as refusal:
        return await _closure(here, visitor, upstream, closure_id, refusal=refusal)
    outcome = {name: [each for found in outcomes for each in found[name]] for name in ("done", "left")}
    return await _closure(here, visitor, upstream, closure_id, outcome=outcome)


async def _acted(
    visitor: Visitor,
    upstream: Upstream,
    data: Mapping[str, str],
    act: Callable[[Place], Awaitable[None]],
    done: str,
) -> Template | Redirect:
    here = await place(visitor, upstream)
    try:
        await act(here)
    except Refused as refusal:
        return await _openings(here, visitor, upstream, data, refusal)
    return redirect(f"/openings?site={data.get('site', '')}&resource={data.get('resource', '')}&done={done}")


async def _openings(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    asked: Mapping[str, str],
    refusal: Refused | None = None,
) -> Template:
    site = here.site(asked.get("site", ""))
    if site is None:
        return page(visitor, "openings/openings.html", place=here, site=None, done="")
    where = f"{here.base}/sites/{site['site_id']}"
    listed = {"site_id": site["site_id"], "limit": 200}
    resources, closures, followed, sets = await asyncio.gather(
        upstream.get("booking", f"{here.base}/resources", listed),
        upstream.get("booking", f"{here.base}/closures", listed),
        upstream.get("booking", f"{where}/closure-subscriptions", {"limit": 200}),
        upstream.get("booking", f"{here.base}/closure-sets", {"limit": 200}),
    )
    named = {each["resource_id"]: each for each in resources["items"]}
    resource = named.get(asked.get("resource", ""))
    owner = f"{here.base}/resources/{resource['resource_id']}" if resource else where
    hours = await upstream.get("booking", f"{owner}/opening-hours")
    return page(
        visitor,
        "openings/openings.html",
        status=refusal.status if refusal else 200,
        place=here,
        site=site,
        resource=resource,
        resources=named,
        hours=hours,
        week=model.week(hours.get("defined", ()), here.today),
        closures=closures["items"],
        followed=followed["items"],
        sets={each["set_id"]: each for each in sets["items"]},
        model=model,
        asked=asked if refusal else {},
        done=asked["done"] if asked.get("done") in _DONE else "",
        refusal=refusal,
    )


async def _closure(  # noqa: PLR0913 - the page with what was done or refused on it
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    closure_id: UUID,
    *,
    done: str = "",
    outcome: Mapping[str, list[Any]] | None = None,
    refusal: Refused | None = None,
) -> Template:
    path = f"{here.base}/closures/{closure_id}"
    found, affected = await asyncio.gather(
        upstream.get("booking", path), upstream.get("booking", f"{path}/affected", {"limit": 50})
    )
    return page(
        visitor,
        "openings/closure.html",
        status=refusal.status if refusal else 200,
        closure=found,
        site=here.site(found["site_id"]),
        affected=affected["items"],
        more=bool(affected.get("next_cursor")),
        done=done,
        outcome=outcome,
        refusal=refusal,
    )


def _owner(here: Place, data: Mapping[str, str]) -> str:
    """Return the address of what has the hours: the resource chosen, else the site."""
    if data.get("resource"):
        return f"{here.base}/resources/{data['resource']}"
    return f"{here.base}/sites/{data.get('site', '')}"


def _read(reading: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    try:
        return reading()
    except ValueError as error:
        title = _("“%(text)s” cannot be read as opening hours") % {"text": error}
        cure = _("Write them as 08:30–12:00, 14:00–19:00, or leave the field empty for a closed day.")
        raise Refused(422, "hours-unreadable", title, "", cure) from None


ROUTES: Final = [
    openings,
    define,
    add_exception,
    withdraw,
    declare,
    follow,
    unfollow,
    bring_in,
    closure,
    lift,
    settle,
]
