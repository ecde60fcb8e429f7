"""The pages of shared desks: who takes over, one's PIN, and the computers that are desks."""

import secrets
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from portal.cookies import DEVICE_COOKIE
from portal.pages import Anyone, Form, Services, SignedIn, page, redirect
from portal.places import place
from portal.session import Signed, Visitor
from portal.turns.model import Device
from portal.upstream import Json, Refused, Unreachable, Upstream

AnyRequest = Request[Any, Any, Any]
Session = NamedDependency[Signed]
_YEAR: Final = 31_536_000
_DONE: Final = ("pin", "enrolled", "revoked")


@get("/desk/switch")
async def who_takes_over(request: AnyRequest, guest: Anyone, upstream: Services) -> Template:
    """Name who may take a turn at this computer, and ask for the PIN."""
    return await _switch(request, guest, upstream)


@post("/desk/switch")
async def take_over(
    request: AnyRequest, guest: Anyone, upstream: Services, signed: Session, data: Form
) -> Template | Redirect:
    """Let somebody act here under their own name; whoever was signed in no longer is."""
    device = _device(request)
    if device is None:
        return redirect("/desk/switch")
    body = {**device.said, "person_id": data.get("person", ""), "pin": data.get("pin", "")}
    path = f"/v1/territories/{device.territory}/desk-sign-ins"
    try:
        answer = await upstream.post("membership", path, body)
    except Refused as refusal:
        return await _switch(request, guest, upstream, refusal, data.get("person", ""))
    with suppress(Refused, Unreachable):
        await signed.end()
    signed.begin(answer, desk=device.territory)
    return redirect("/desk")


@get("/desk/computers")
async def computers(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show one's PIN to be set, and which computers are shared desks."""
    done = request.query_params.get("done", "")
    return await _computers(request, visitor, upstream, done=done if done in _DONE else "")


@post("/desk/pin")
async def set_pin(
    request: AnyRequest, visitor: SignedIn, upstream: Services, data: Form
) -> Template | Redirect:
    """Set one's own PIN."""
    path = f"/v1/territories/{visitor.territory}/my-pin"
    try:
        await upstream.post("membership", path, {"pin": data.get("pin", "")})
    except Refused as refusal:
        return await _computers(request, visitor, upstream, refusal)
    return redirect("/desk/computers?done=pin")


@post("/desk/computers")
async def enrol(
    request: AnyRequest, visitor: SignedIn, upstream: Services, state: State, data: Form
) -> Template | Redirect:
    """Make this computer a shared desk: its secret stays in its own cookie."""
    device = Device(visitor.territory, data.get("key", ""), secrets.token_urlsafe(32))
    body = {
        "device_id": device.device_id,
        "site_id": data.get("site", ""),
        "name": data.get("name", ""),
        "secret_sha256": device.digest,
    }
    try:
        await upstream.post("membership", f"/v1/territories/{visitor.territory}/desk-devices", body)
    except Refused as refusal:
        return await _computers(request, visitor, upstream, refusal)
    answer = redirect("/desk/computers?done=enrolled")
    secure = state.settings.public_url.startswith("https://")
    answer.cookies.append(
        Cookie(
            DEVICE_COOKIE,
            value=device.cookie,
            max_age=_YEAR,
            path="/",
            httponly=True,
            secure=secure,
            samesite="strict",
        )
    )
    return answer


@post("/desk/computers/{device_id:uuid}/revoke")
async def revoke(
    request: AnyRequest, visitor: SignedIn, upstream: Services, device_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Let a computer be a shared desk no more."""
    path = f"/v1/territories/{visitor.territory}/desk-devices/{device_id}/revoke"
    try:
        await upstream.post("membership", path, key=data.get("key"))
    except Refused as refusal:
        return await _computers(request, visitor, upstream, refusal)
    return redirect("/desk/computers?done=revoked")


async def _switch(
    request: AnyRequest,
    guest: Visitor,
    upstream: Upstream,
    refusal: Refused | None = None,
    chosen: str = "",
) -> Template:
    device, staff = _device(request), []
    if device:
        path = f"/v1/territories/{device.territory}/desk-sign-ins/names"
        try:
            staff = (await upstream.post("membership", path, device.said))["items"]
        except Refused as refused:
            refusal, device = refusal or refused, None
    shown = {"device": device, "staff": staff, "chosen": chosen, "refusal": refusal}
    return page(guest, "turns/switch.html", status=refusal.status if refusal else 200, **shown)


async def _computers(
    request: AnyRequest,
    visitor: Visitor,
    upstream: Upstream,
    refusal: Refused | None = None,
    *,
    done: str = "",
) -> Template:
    here = await place(visitor, upstream)
    found: list[Json] = []
    try:
        found = (await upstream.get("membership", f"{here.base}/desk-devices", {"limit": 100}))["items"]
    except Refused as refused:
        refusal = refusal or refused
    device = _device(request)
    shown = {"place": here, "devices": found, "mine": device.device_id if device else "", "done": done}
    status = refusal.status if refusal else 200
    return page(visitor, "turns/computers.html", status=status, refusal=refusal, **shown)


def _device(request: AnyRequest) -> Device | None:
    return Device.of(request.cookies.get(DEVICE_COOKIE, ""))


ROUTES: Final = [who_takes_over, take_over, computers, set_pin, enrol, revoke]
