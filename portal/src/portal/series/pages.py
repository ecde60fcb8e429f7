"""The pages of series: repeat a booking, see its dates, leave one out, change or give up the rest."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.ids import new_id
from portal.book import model as wishes
from portal.book.model import Wish
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.series import model
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("started", "skipped", "retried", "changed", "ended")


@get("/series/new")
async def repeat(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template | Redirect:
    """Ask how often, and until when."""
    here = await place(visitor, upstream)
    return await _form(here, visitor, upstream, dict(request.query_params))


@post("/series")
async def start(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Book every date in reach."""
    here = await place(visitor, upstream)
    wish = _wish(here, data)
    if wish is None or not wish.resource_id:
        return redirect("/book")
    fields = wishes.command(wish, "", visitor.person_id, here.zone)
    series_id = data.get("series_id", "")
    body = model.command(fields, model.repetition(data, wish.day), series_id, data.get("mode", ""))
    body |= {"first": f"{wish.day}T{wish.start}", "minutes": wish.minutes}
    try:
        await upstream.post("booking", f"{here.base}/series", body)
    except Refused as refusal:
        return await _form(here, visitor, upstream, data, refusal)
    return redirect(f"/series/{series_id}?done=started")


@get("/series/{series_id:uuid}")
async def one(
    request: AnyRequest, visitor: SignedIn, upstream: Services, series_id: FromPath[UUID]
) -> Template:
    """Show a series date by date."""
    here = await place(visitor, upstream)
    asked = request.query_params
    done = asked.get("done", "")
    return await _one(here, visitor, upstream, series_id, done=done, cursor=asked.get("cursor", ""))


@post("/series/{series_id:uuid}/skip")
async def skip(
    visitor: SignedIn, upstream: Services, series_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Leave one date out."""
    body = {"recurrence_id": data.get("date", "")}
    return await _act(visitor, upstream, series_id, ("skip", "skipped", body), data)


@post("/series/{series_id:uuid}/retry")
async def retry(
    visitor: SignedIn, upstream: Services, series_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Ask for a date again."""
    body = {"recurrence_id": data.get("date", ""), "booking_id": data.get("booking_id", "")}
    return await _act(visitor, upstream, series_id, ("retry", "retried", body), data)


@post("/series/{series_id:uuid}/end")
async def end(
    visitor: SignedIn, upstream: Services, series_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Give up a date and those that follow, or all that are to come."""
    body = {"since": data["since"]} if data.get("since") else {}
    return await _act(visitor, upstream, series_id, ("end", "ended", body), data)


@post("/series/{series_id:uuid}/change")
async def change(
    visitor: SignedIn, upstream: Services, series_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Put a date and those that follow at another time, or make them longer or shorter."""
    here = await place(visitor, upstream)
    following, since = data.get("following_id", ""), data.get("since", "")
    day = since.partition("T")[0]
    body = {"following_series_id": following, "since": since, "first": f"{day}T{data.get('start', '')}"}
    minutes = data.get("minutes", "")
    asked = body | ({"minutes": int(minutes)} if minutes.isascii() and minutes.isdigit() else {})
    path = f"{here.base}/series/{series_id}/change"
    try:
        await upstream.post("booking", path, asked, data.get("key"))
    except Refused as refusal:
        return await _one(here, visitor, upstream, series_id, refusal=refusal)
    return redirect(f"/series/{following}?done=changed")


async def _act(
    visitor: Visitor,
    upstream: Upstream,
    series_id: UUID,
    act: tuple[str, str, Json],
    data: dict[str, str],
) -> Template | Redirect:
    here = await place(visitor, upstream)
    name, done, body = act
    try:
        await upstream.post("booking", f"{here.base}/series/{series_id}/{name}", body, data.get("key"))
    except Refused as refusal:
        return await _one(here, visitor, upstream, series_id, refusal=refusal)
    return redirect(f"/series/{series_id}?done={done}")


async def _form(
    here: Place, visitor: Visitor, upstream: Upstream, asked: dict[str, str], refusal: Refused | None = None
) -> Template | Redirect:
    wish = _wish(here, asked)
    if wish is None or not wish.resource_id:
        return redirect("/book")
    resource = await upstream.get("booking", f"{here.base}/resources/{wish.resource_id}")
    return page(
        visitor,
        "series/new.html",
        status=refusal.status if refusal else 200,
        place=here,
        wish=wish,
        resource=resource,
        repeated=model.repetition(asked, wish.day),
        model=model,
        wishes=wishes,
        series_id=str(new_id()),
        missing=(refusal.values or {}).get("skipped", ()) if refusal else (),
        refusal=refusal,
    )


async def _one(  # noqa: PLR0913 - the page with what was done or refused on it
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    series_id: UUID,
    *,
    done: str = "",
    cursor: str = "",
    refusal: Refused | None = None,
) -> Template:
    path = f"{here.base}/series/{series_id}"
    series = await upstream.get("booking", path)
    dates = await upstream.get("booking", f"{path}/occurrences", {"limit": 60, "cursor": cursor})
    return page(
        visitor,
        "series/one.html",
        status=refusal.status if refusal else 200,
        series=series,
        dates=[(each, model.is_to_come(each, here.now)) for each in dates["items"]],
        cursor=dates.get("next_cursor"),
        wishes=wishes,
        done=done if done in _DONE else "",
        refusal=refusal,
    )


def _wish(here: Place, asked: dict[str, str]) -> Wish | None:
    site_ids = [each["site_id"] for each in here.sites]
    return wishes.wish(asked, site_ids, here.now, here.zone) if site_ids else None


ROUTES: Final = [repeat, start, one, skip, retry, end, change]
