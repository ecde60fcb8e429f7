"""The pages of invoices: which there are, one with the reason of each amount, its PDF, what is to come."""

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Stream, Template

from portal.invoices import model
from portal.pages import Services, SignedIn, page
from portal.places import base_of
from portal.upstream import Upstream

AnyRequest = Request[Any, Any, Any]


@get("/invoices")
async def invoices(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """List the visitor's invoices and what is not invoiced yet; to finance, those of everybody."""
    base = base_of(visitor)
    asked = {"limit": 100, "cursor": request.query_params.get("cursor", "")}
    found = await upstream.get("billing", f"{base}/invoices" + ("" if visitor.is_finance else "/own"), asked)
    charges = await upstream.get("billing", f"{base}/charges/own", {"limit": 200})
    waiting = model.waiting(charges["items"])
    return page(
        visitor,
        "invoices/list.html",
        invoices=found["items"],
        cursor=found.get("next_cursor"),
        waiting=waiting,
    )


@get("/invoices/{invoice_id:uuid}")
async def invoice(visitor: SignedIn, upstream: Services, invoice_id: FromPath[UUID]) -> Template:
    """Show an invoice, line by line, each with its reason."""
    found = await upstream.get("billing", f"{base_of(visitor)}/invoices/{invoice_id}")
    return page(visitor, "invoices/one.html", invoice=found)


@get("/invoices/{invoice_id:uuid}/pdf")
async def pdf(visitor: SignedIn, upstream: Services, invoice_id: FromPath[UUID]) -> Stream:
    """Hand the PDF through, the same bytes each time."""
    path = f"{base_of(visitor)}/invoices/{invoice_id}"
    found = await upstream.get("billing", path)
    headers = {"Content-Disposition": f'attachment; filename="{found["number"]}.pdf"'}
    return Stream(_bytes(upstream, f"{path}/pdf"), media_type="application/pdf", headers=headers)


async def _bytes(upstream: Upstream, path: str) -> AsyncIterator[bytes]:
    async with upstream.stream("billing", path) as answer:
        async for piece in answer.aiter_bytes():
            yield piece


ROUTES: Final = [invoices, invoice, pdf]
