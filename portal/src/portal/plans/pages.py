"""The pages of plans: one's memberships and documents, documents to decide upon, what is on offer."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, FromPath
from litestar.response import Redirect, Response, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import Place, base_of, place
from portal.plans import model
from portal.prices import by_code
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

AnyRequest = Request[Any, Any, Any]
Files = Annotated[dict[str, Any], BodyKwarg(media_type=RequestEncodingType.MULTI_PART)]
_DONE: Final = (*model.ACTS, "take", "sent", "accept", "refuse", "publish")
_LARGEST_FORM: Final = 6 * 1024 * 1024  # bytes: a document of 5 MiB and the fields around it


@get("/plans")
async def plans(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show one's memberships and documents, to staff what waits, and what is on offer."""
    done = request.query_params.get("done", "")
    return await _plans(visitor, upstream, done=done if done in _DONE else "")


@post("/plans/{membership_id:uuid}/{act:str}")
async def do(
    visitor: SignedIn, upstream: Services, membership_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Template | Redirect:
    """Do with a membership what its button says."""
    if act not in model.ACTS:
        return redirect("/plans")
    body = model.command(act, data)
    path = f"{base_of(visitor)}/memberships/{membership_id}/{act}"
    try:
        await upstream.post("membership", path, body, data.get("key"))
    except Refused as refusal:
        return await _plans(visitor, upstream, refusal=refusal)
    return redirect(f"/plans?done={act}")


@post("/plans/{membership_id:uuid}/seats/{seat_id:uuid}/take")
async def take(
    visitor: SignedIn, upstream: Services, membership_id: FromPath[UUID], seat_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take a seat back from a day on."""
    path = f"{base_of(visitor)}/memberships/{membership_id}/seats/{seat_id}/take"
    body = {"taken_from": data.get("taken_from", "")}
    try:
        await upstream.post("membership", path, body, data.get("key"))
    except Refused as refusal:
        return await _plans(visitor, upstream, refusal=refusal)
    return redirect("/plans?done=take")


@post("/plans/documents", request_max_body_size=_LARGEST_FORM)
async def hand_in(visitor: SignedIn, upstream: Services, data: Files) -> Template | Redirect:
    """Hand in a document of one's own."""
    file, (audience, _slash, kind) = data.get("file"), str(data.get("proof", "")).partition("/")
    document_id, base = str(data.get("document_id", "")), base_of(visitor)
    content = await file.read() if isinstance(file, UploadFile) else b""
    body = {
        "document_id": document_id,
        "person_id": visitor.person_id,
        "audience": audience,
        "kind": kind,
        "file_name": (file.filename if isinstance(file, UploadFile) else "") or _("document"),
    }
    try:
        await upstream.post("membership", f"{base}/documents", body)
        path = f"{base}/documents/{quote(document_id, safe='')}/content"
        await upstream.upload("membership", path, content, str(data.get("key", "")))
    except Refused as refusal:
        return await _plans(visitor, upstream, refusal=refusal)
    return redirect("/plans?done=sent")


@get("/plans/documents/{document_id:uuid}")
async def open_document(
    request: AnyRequest, visitor: SignedIn, upstream: Services, document_id: FromPath[UUID]
) -> Response[bytes]:
    """Open a document for the reason given; the look is noted."""
    path = f"{base_of(visitor)}/documents/{document_id}/content"
    async with upstream.stream("membership", path, {"why": request.query_params.get("why", "")}) as found:
        content = await found.aread()
        headers = {"Content-Disposition": found.headers["content-disposition"], "Cache-Control": "no-store"}
        return Response(content, media_type=found.headers["content-type"], headers=headers)


@post("/plans/documents/{document_id:uuid}/{act:str}")
async def decide(
    visitor: SignedIn, upstream: Services, document_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Template | Redirect:
    """Accept a document until a day, or refuse it for a reason."""
    name = {"accept": "valid_until", "refuse": "reason"}.get(act)
    if name is None:
        return redirect("/plans")
    path = f"{base_of(visitor)}/documents/{document_id}/{act}"
    try:
        await upstream.post("membership", path, {name: data.get(name, "")}, data.get("key"))
    except Refused as refusal:
        return await _plans(visitor, upstream, refusal=refusal)
    return redirect(f"/plans?done={act}")


@post("/plans/offer")
async def publish(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Publish a plan."""
    try:
        body = {"plan_id": data.get("plan_id", ""), **model.terms(data)}
        await upstream.post("membership", f"{base_of(visitor)}/plans", body)
    except ValueError:
        return await _plans(visitor, upstream, refusal=_no_number(), asked=data)
    except Refused as refusal:
        return await _plans(visitor, upstream, refusal=refusal, asked=data)
    return redirect("/plans?done=publish")


async def _plans(
    visitor: Visitor,
    upstream: Upstream,
    *,
    done: str = "",
    refusal: Refused | None = None,
    asked: dict[str, str] | None = None,
) -> Template:
    here = await place(visitor, upstream)
    offer, held, documents, waiting, charges, books = await asyncio.gather(
        _items(upstream, f"{here.base}/plans"),
        _items(upstream, f"{here.base}/my-memberships"),
        _items(upstream, f"{here.base}/my-documents"),
        _seen(upstream, f"{here.base}/documents", visitor.is_desk),
        _charges(here, visitor, upstream),
        upstream.get("billing", f"{here.base}/price-books", {"limit": 200}),
    )
    mine = await asyncio.gather(*(_membership(here, upstream, each, charges) for each in held))
    return page(
        visitor,
        "plans/plans.html",
        status=refusal.status if refusal else 200,
        place=here,
        offer=offer,
        prices=by_code(books["items"], here.today),
        mine=mine,
        documents=documents,
        waiting=waiting,
        proofs=model.proofs(offer),
        audiences=sorted({group for plan in offer for group in plan["terms"]["audiences"]}),
        done=done,
        asked=asked or {},
        refusal=refusal,
    )


async def _membership(here: Place, upstream: Upstream, held: Json, charges: list[Json]) -> Json:
    """Return a membership with what its holder may do; nothing where somebody else stands for the holder."""
    path = f"{here.base}/memberships/{held['membership_id']}"
    shown = {**held, "acts": frozenset[str](), "outlook": None, "people": [], "seats_given": [], "due": 0}
    try:
        outlook = await upstream.get("membership", f"{path}/outlook")
        seats = await _items(upstream, f"{path}/seats") if held["seats"] else []
        people = await _items(upstream, f"{path}/people") if held["seats"] else []
    except Refused:
        return shown
    return {
        **shown,
        "outlook": outlook,
        "acts": model.acts(held, outlook, here.today),
        "due": model.waiting(charges, held["membership_id"]),
        "seats_given": [each for each in seats if not each["taken_from"]],
        "people": people,
    }


async def _charges(here: Place, visitor: Visitor, upstream: Upstream) -> list[Json]:
    if not visitor.is_member:
        return []
    found: list[Json] = (await upstream.get("billing", f"{here.base}/charges/own", {"limit": 200}))["items"]
    return found


async def _seen(upstream: Upstream, path: str, may: bool) -> list[Json]:  # noqa: FBT001 - whether to ask
    return await _items(upstream, path, {"in_state": "submitted"}) if may else []


async def _items(upstream: Upstream, path: str, asked: Json | None = None) -> list[Json]:
    found: list[Json] = (await upstream.get("membership", path, {"limit": 200, **(asked or {})}))["items"]
    return found


def _no_number() -> Refused:
    return Refused(
        status=422,
        code="no-number",
        title=_("A number is missing"),
        detail=_("Days, months and seats are whole numbers."),
        cure=_("Write digits only, or leave the field empty."),
    )


ROUTES: Final = [plans, do, take, hand_in, open_document, decide, publish]
