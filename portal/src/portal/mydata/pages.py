"""The pages of one's own data: the file to take away, the wish to be forgotten, the certificate."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template

from chassis.ids import new_id
from portal.mydata import model
from portal.pages import Anyone, Form, Services, SignedIn, page, redirect
from portal.places import Place, place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

_WHY: Final = "export"


@get("/my-data")
async def mine(visitor: SignedIn, upstream: Services) -> Template:
    """Say what can be done about one's own data, and how far an erasure is."""
    return await _mine(visitor, upstream)


@get("/my-data/export")
async def export(visitor: SignedIn, upstream: Services) -> Response[bytes]:
    """Hand out everything the services hold of the visitor here; all of it, or nothing and the reason."""
    here = await place(visitor, upstream)
    lists: dict[str, Any] = {
        "me": await upstream.get("membership", f"{here.base}/persons/{visitor.person_id}")
    }
    for service, path, name in model.OWN:
        lists[name] = [each async for each in _each(upstream, service, f"{here.base}/{path}")]
    files = await _files(upstream, here, lists)
    content = model.archive(lists, files, _("My data"), visitor.language)
    headers = {"Content-Disposition": f'attachment; filename="maillage-{here.today}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@post("/my-data/erase")
async def erase(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Ask to be forgotten, once it is said twice."""
    if not model.is_confirmed(data):
        return await _mine(visitor, upstream, _unsure())
    here = await place(visitor, upstream)
    body: Json = {"erasure_id": data.get("erasure_id", ""), "person_id": visitor.person_id}
    try:
        asked = await upstream.post("membership", f"{here.base}/erasures", body)
    except Refused as refusal:
        return await _mine(visitor, upstream, refusal)
    return redirect(f"/erased/{asked['certificate']}")  # the account may be gone before another page is made


@get("/erased/{token:str}")
async def certificate(guest: Anyone, upstream: Services, token: FromPath[str]) -> Template:
    """Show the certificate of an erasure, or what is still awaited, to whoever has the link."""
    try:
        found: Json | None = await upstream.get("membership", f"/v1/certificates/{token}")
    except Refused as refusal:
        if refusal.code != "erasure-not-done":
            raise
        return page(guest, "mydata/certificate.html", certificate=None, token=token, refusal=refusal)
    return page(guest, "mydata/certificate.html", certificate=found, token=token)


@get("/erased/{token:str}/pdf")
async def pdf(upstream: Services, token: FromPath[str]) -> Stream:
    """Hand the printed certificate through."""
    headers = {"Content-Disposition": 'attachment; filename="certificate.pdf"'}
    await upstream.get("membership", f"/v1/certificates/{token}")
    path = f"/v1/certificates/{token}/pdf"
    return Stream(_pieces(upstream, path), media_type="application/pdf", headers=headers)


async def _mine(visitor: Visitor, upstream: Upstream, refusal: Refused | None = None) -> Template:
    here = await place(visitor, upstream)
    erasures = await upstream.get("membership", f"{here.base}/my-erasures", {"limit": 20})
    return page(
        visitor,
        "mydata/mine.html",
        status=refusal.status if refusal else HTTPStatus.OK,
        erasures=erasures["items"],
        names=dict(visitor.territories),
        erasure_id=str(new_id()),
        refusal=refusal,
    )


async def _each(upstream: Upstream, service: Any, path: str) -> AsyncIterator[Json]:
    """Yield every thing of a list, page after page."""
    cursor = ""
    while True:
        found = await upstream.get(service, path, {"limit": 200, "cursor": cursor})
        for each in found["items"]:
            yield each
        if not (cursor := found.get("next_cursor", "")):
            return


async def _files(upstream: Upstream, here: Place, lists: dict[str, Any]) -> dict[str, bytes]:
    """Fetch the files that go with the lists: documents handed in, invoices."""
    files = {}
    for each in lists["documents"]:
        if each["media_type"]:
            path = f"{here.base}/documents/{each['document_id']}/content"
            name = f"documents/{each['document_id']}.{each['media_type'].rpartition('/')[2]}"
            files[name] = await _content(upstream, "membership", path, {"why": _WHY})
    for each in lists["invoices"]:
        path = f"{here.base}/invoices/{each['invoice_id']}/pdf"
        files[f"invoices/{each['number']}.pdf"] = await _content(upstream, "billing", path)
    return files


async def _content(
    upstream: Upstream, service: Any, path: str, params: dict[str, str] | None = None
) -> bytes:
    async with upstream.stream(service, path, params) as answer:
        return await answer.aread()


async def _pieces(upstream: Upstream, path: str) -> AsyncIterator[bytes]:
    async with upstream.stream("membership", path) as answer:
        async for piece in answer.aiter_bytes():
            yield piece


def _unsure() -> Refused:
    return Refused(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "erasure-unsure",
        _("Nothing was erased"),
        _("Being forgotten cannot be undone, and the box that says that you want it was not ticked."),
        _("Tick the box if that is what you want, and send the form again."),
    )


ROUTES: Final = [mine, export, erase, certificate, pdf]
