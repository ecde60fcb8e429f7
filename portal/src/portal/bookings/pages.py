"""The pages of bookings: mine to come and past, one of them with its path, moving it, giving it up."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.book import model as wishes
from portal.book.model import Wish
from portal.bookings import codes, model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.series.model import together
from portal.session import Visitor
from portal.upstream import Json, Refused, Unreachable, Upstream

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("booked", "moved", "cancelled", "came", "left", "undone", "waived")


@get("/bookings")
async def mine(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List the visitor's own bookings."""
    here = await place(visitor, upstream)
    asked = {"limit": 100, "cursor": request.query_params.get("cursor", "")}
    found = await upstream.get("booking", f"{here.base}/bookings/own", asked)
    shelves = model.shelves(found["items"], here.now)
    return page(
        visitor,
        "bookings/mine.html",
        shelves=shelves,
        coming=together(shelves.coming),
        done=_done(request),
        cursor=found.get("next_cursor"),
    )


@get("/bookings/{booking_id:uuid}")
async def one(
    request: AnyRequest, visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID]
) -> Template:
    """Show a booking, what it costs, and what can be done with it."""
    here = await place(visitor, upstream)
    return await _one(here, visitor, upstream, booking_id, done=_done(request))


@post("/bookings/{booking_id:uuid}/cancel")
async def cancel(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Give a booking up."""
    return await _act(visitor, upstream, booking_id, "cancel", data)


@post("/bookings/{booking_id:uuid}/waive")
async def waive(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Let somebody off what stays due."""
    return await _act(visitor, upstream, booking_id, "waive-fee", data, {"reason": data.get("reason", "")})


@post("/bookings/{booking_id:uuid}/check-in")
async def check_in(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Note that the person came."""
    return await _act(visitor, upstream, booking_id, "check-in", data)


@post("/bookings/{booking_id:uuid}/check-out")
async def check_out(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Note that the person left."""
    return await _act(visitor, upstream, booking_id, "check-out", data)


@post("/bookings/{booking_id:uuid}/undo-check-in")
async def undo_check_in(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take a mistaken check-in back."""
    return await _act(visitor, upstream, booking_id, "undo-check-in", data)


@post("/bookings/{booking_id:uuid}/move")
async def move(
    visitor: SignedIn, upstream: Services, booking_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Move a booking; where the new time is taken, offer what is free instead."""
    here = await place(visitor, upstream)
    booking = await upstream.get("booking", f"{here.base}/bookings/{booking_id}")
    wish = _wish(booking, data, here)
    zone = booking["period"]["zone"]
    body = {"start": wish.begins(zone).isoformat(), "end": wish.ends(zone).isoformat()}
    if wish.resource_id:
        body["resource_id"] = wish.resource_id
    path = f"{here.base}/bookings/{booking_id}/reschedule"
    try:
        await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        return await _one(here, visitor, upstream, booking_id, refusal=refusal, wish=wish)
    return redirect(f"/bookings/{booking_id}?done=moved")


_AFTER: Final = {
    "cancel": "cancelled",
    "check-in": "came",
    "check-out": "left",
    "undo-check-in": "undone",
    "waive-fee": "waived",
}


async def _act(
    visitor: Visitor,
    upstream: Upstream,
    booking_id: UUID,
    act: str,
    data: dict[str, str],
    body: Json | None = None,
) -> Template | Redirect:
    here = await place(visitor, upstream)
    try:
        await upstream.post("booking", f"{here.base}/bookings/{booking_id}/{act}", body, data.get("key"))
    except Refused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            raise
        return await _one(here, visitor, upstream, booking_id, refusal=refusal)
    return redirect(f"/bookings/{booking_id}?done={_AFTER[act]}")


async def _one(  # noqa: PLR0913 - the page with what was refused on it
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    booking_id: UUID,
    *,
    done: str = "",
    refusal: Refused | None = None,
    wish: Wish | None = None,
) -> Template:
    booking = await upstream.get("booking", f"{here.base}/bookings/{booking_id}")
    offers = (refusal.values or {}).get("alternatives", ()) if refusal else ()
    wish = wish or _wish(booking, {}, here)
    own = booking["person_id"] == visitor.person_id
    acts = model.acts(booking, here.now)
    return page(
        visitor,
        "bookings/one.html",
        status=refusal.status if refusal else 200,
        booking=booking,
        acts=acts,
        fee=await _fee(here, upstream, booking_id) if "cancel" in acts else None,
        waivable=visitor.is_desk and model.waivable(booking),
        path=model.path(booking["state"]),
        arrival=await _arrival(here, upstream, booking),
        qr=codes.qr,
        charge=await _charge(here, upstream, booking, own=own),
        own=own,
        guest="" if own else await _name(here, upstream, booking["person_id"]),
        wish=wish,
        wishes=wishes,
        place=here,
        instead=[(offer, wish.instead(offer, booking["period"]["zone"])) for offer in offers],
        done=done,
        refusal=refusal,
    )


def _wish(booking: Json, asked: dict[str, str], here: Place) -> Wish:
    """Read the new time; what is not said stays as it is."""
    period = booking["period"]
    begins, ends = (datetime.fromisoformat(period[edge]) for edge in ("start", "end"))
    local = begins.astimezone(ZoneInfo(period["zone"]))
    now = {
        "day": local.date().isoformat(),
        "start": local.strftime("%H:%M"),
        "minutes": str(int((ends - begins).total_seconds()) // 60),
        "resource": "",
    }
    wanted = now | {name: value for name, value in asked.items() if value}
    return wishes.wish(wanted, [booking["site_id"]], here.now, period["zone"])


async def _charge(here: Place, upstream: Upstream, booking: Json, *, own: bool) -> Json | None:
    """Find what the booking costs and why; billing may not have heard of it yet, or be away."""
    path = f"{here.base}/charges/own" if own else f"{here.base}/charges"
    asked: Json = {"limit": 200} if own else {"source_id": booking["booking_id"]}
    try:
        found = await upstream.get("billing", path, asked)
    except (Refused, Unreachable):
        return None
    return model.cost_of(booking["booking_id"], found["items"])


async def _fee(here: Place, upstream: Upstream, booking_id: UUID) -> Json | None:
    """Ask what giving it up costs."""
    try:
        return await upstream.get("booking", f"{here.base}/bookings/{booking_id}/cancellation-fee")
    except (Refused, Unreachable):
        return None


async def _arrival(here: Place, upstream: Upstream, booking: Json) -> Json | None:
    """Return what is shown at the desk, of a booking that somebody can come by."""
    if booking["state"] != "confirmed":
        return None
    try:
        return await upstream.get("booking", f"{here.base}/bookings/{booking['booking_id']}/arrival-code")
    except (Refused, Unreachable):
        return None


async def _name(here: Place, upstream: Upstream, person_id: str) -> str:
    """Name who comes, to those who may know."""
    try:
        person = await upstream.get("membership", f"{here.base}/persons/{person_id}")
    except (Refused, Unreachable):
        return ""
    return " ".join(filter(None, (person["given_name"], person["family_name"])))


def _done(request: AnyRequest) -> str:
    asked = request.query_params.get("done", "")
    return asked if asked in _DONE else ""


ROUTES: Final = [mine, one, cancel, waive, check_in, check_out, undo_check_in, move]
