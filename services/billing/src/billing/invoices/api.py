"""HTTP door of invoices."""

from base64 import b64encode
from typing import Any, Final
from uuid import UUID

from billing.invoices import handlers
from billing.invoices.handlers import ChainView, InvoiceFile, InvoiceView, at_invoice
from billing.invoices.model import Invoice
from chassis.http import Act, Asked, Door, FromPath, Listed, Open, Response, query


@query("/v1/territories/{siren:str}/invoices")
async def list_invoices(door: Door, asked: Asked) -> Response[Listed[InvoiceView]]:
    """List invoices, newest first."""
    return await door.page(Act("invoice:list", "territory", door.territory_id), handlers.invoice_page, asked)


@query("/v1/territories/{siren:str}/invoices/own")
async def list_own_invoices(door: Door, asked: Asked) -> Response[Listed[InvoiceView]]:
    """List the caller's invoices, and those of organisations that the caller acts for."""
    return await door.page(Open.SIGNED_IN, handlers.own_invoices, asked, door.principal.person_id)


@query("/v1/territories/{siren:str}/invoices/{invoice_id:uuid}")
async def show_invoice(door: Door, invoice_id: FromPath[UUID]) -> Response[Invoice]:
    """Show an invoice with the reason of each amount."""
    act = Act("invoice:see", "invoice", invoice_id, at_invoice(door.principal))
    return await door.read(act, handlers.invoice_view, invoice_id)


@query("/v1/territories/{siren:str}/invoices/{invoice_id:uuid}/pdf")
async def download_invoice(door: Door, invoice_id: FromPath[UUID]) -> Response[bytes]:
    """Download the PDF of an invoice, the same bytes each time; Digest says their SHA-256."""
    act = Act("invoice:see", "invoice", invoice_id, at_invoice(door.principal))
    answer: Response[Any] = await door.read(act, handlers.invoice_file, invoice_id)
    file = InvoiceFile.model_validate_json(answer.content)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.number}.pdf"',
        "Repr-Digest": f"sha-256=:{_base64(file.digest)}:",
    }
    return Response(file.pdf, media_type="application/pdf", headers=headers)


@query("/v1/territories/{siren:str}/issuers/{issuer_id:uuid}/chain")
async def verify_chain(door: Door, issuer_id: FromPath[UUID]) -> Response[ChainView]:
    """Recompute the chain of an issuer's documents and say whether it holds."""
    return await door.read(Act("ledger:see", "issuer", issuer_id), handlers.verify_chain, issuer_id)


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()


ROUTES: Final = [list_invoices, list_own_invoices, show_invoice, download_invoice, verify_chain]
