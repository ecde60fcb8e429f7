"""The pages of imports: one's files and a form for another, and one import with its damaged lines."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, FromPath
from litestar.response import Redirect, Response, Template

from portal.imports import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import place
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
Files = Annotated[dict[str, Any], BodyKwarg(media_type=RequestEncodingType.MULTI_PART)]
_LARGEST_FORM: Final = 9 * 1024 * 1024  # bytes: a file of 8 MiB and the fields around it
_SHOWN: Final = 50  # damaged lines; the error file has them all


@get("/imports")
async def imports(visitor: SignedIn, upstream: Services) -> Template:
    """Show the files that were sent, and a form to send another."""
    return await _imports(visitor, upstream)


@post("/imports", request_max_body_size=_LARGEST_FORM)
async def send(visitor: SignedIn, upstream: Services, data: Files) -> Template | Redirect:
    """Send a file, to have it looked at."""
    file, import_id, kind = data.get("file"), str(data.get("import_id", "")), str(data.get("kind", ""))
    content = await file.read() if isinstance(file, UploadFile) else b""
    here = await place(visitor, upstream)
    try:
        await upstream.post("membership", f"{here.base}/imports", {"import_id": import_id, "kind": kind})
        path = f"{here.base}/imports/{quote(import_id, safe='')}/file"
        await upstream.upload("membership", path, content, str(data.get("key", "")))
    except Refused as refusal:
        return await _imports(visitor, upstream, refusal=refusal, kind=kind)
    return redirect(f"/imports/{import_id}")


@get("/imports/{import_id:uuid}")
async def show(visitor: SignedIn, upstream: Services, import_id: FromPath[UUID]) -> Template:
    """Show how far an import is, its damaged lines, and what can be done next."""
    return await _import(visitor, upstream, import_id)


@post("/imports/{import_id:uuid}/{act:str}")
async def do(
    visitor: SignedIn, upstream: Services, import_id: FromPath[UUID], act: FromPath[str], data: Form
) -> Template | Redirect:
    """Bring in what is sound, or take all of it back."""
    if act not in ("start", "undo"):
        return redirect(f"/imports/{import_id}")
    here = await place(visitor, upstream)
    body = {"leave_used": True} if act == "undo" and data.get("leave_used") else {}
    try:
        await upstream.post("membership", f"{here.base}/imports/{import_id}/{act}", body, data.get("key"))
    except Refused as refusal:
        return await _import(visitor, upstream, import_id, refusal=refusal)
    return redirect(f"/imports/{import_id}")


@get("/imports/{import_id:uuid}/errors.csv")
async def errors(visitor: SignedIn, upstream: Services, import_id: FromPath[UUID]) -> Response[bytes]:
    """Hand out the damaged lines, to correct and send again."""
    here = await place(visitor, upstream)
    path = f"{here.base}/imports/{import_id}/errors.csv"
    async with upstream.stream("membership", path, {"language": visitor.language}) as found:
        content = await found.aread()
        charset = found.charset_encoding or "utf-8"
        headers = {"Content-Disposition": found.headers["content-disposition"], "Cache-Control": "no-store"}
        return Response(content, media_type="text/csv", encoding=charset, headers=headers)


async def _imports(
    visitor: Visitor, upstream: Upstream, *, refusal: Refused | None = None, kind: str = ""
) -> Template:
    here = await place(visitor, upstream)
    found = await upstream.get("membership", f"{here.base}/imports")
    return page(
        visitor,
        "imports/imports.html",
        status=refusal.status if refusal else 200,
        imports=[each for each in found["items"] if each["state"] != "announced"],
        kinds=model.KINDS,
        kind=kind,
        refusal=refusal,
    )


async def _import(
    visitor: Visitor, upstream: Upstream, import_id: UUID, *, refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    path = f"{here.base}/imports/{import_id}"
    found = await upstream.get("membership", path)
    damaged, uses = await asyncio.gather(_damaged(upstream, path, found), _uses(upstream, path, found))
    return page(
        visitor,
        "imports/import.html",
        status=refusal.status if refusal else 200,
        found=found,
        acts=model.acts(found),
        progress=model.progress(found),
        damaged=damaged,
        uses=uses,
        refusal=refusal,
    )


async def _damaged(upstream: Upstream, path: str, found: Json) -> list[Json]:
    if not (found["damaged"] and found["readable_until"]):
        return []
    items: list[Json] = (await upstream.get("membership", f"{path}/damaged", {"limit": _SHOWN}))["items"]
    return items


async def _uses(upstream: Upstream, path: str, found: Json) -> list[Json]:
    if found["state"] != "done":
        return []
    items: list[Json] = (await upstream.get("membership", f"{path}/uses"))["items"]
    return items


ROUTES: Final = [imports, send, show, do, errors]
