"""Printed invoices: PDF/A, the same bytes each time, whatever people are called, the event loop left free."""

import asyncio
import datetime as dt
import re

import pytest
from billing_builders import a_seller
from invoice_builders import an_invoice

from billing.invoices import ports
from billing.invoices.model import Invoice

ONE = [(1000, 60, "20.00", 11)]


def sold_to(name: str, **changes: object) -> Invoice:
    invoice = an_invoice(ONE, "excluding_vat")
    customer = invoice.customer.model_copy(update={"name": name, **changes})
    return invoice.model_copy(update={"customer": customer})


def texts(invoice: Invoice) -> str:
    """All that the template is given to show."""
    return str(ports._printed(invoice))  # noqa: SLF001 - what is printed cannot be read back from a PDF


async def test_an_invoice_is_pdf_a_3b_and_the_same_bytes_each_time() -> None:
    invoice = an_invoice(ONE, "excluding_vat")
    first, again = await ports.typeset(invoice), await ports.typeset(invoice)
    assert first == again
    assert first.startswith(b"%PDF-")
    assert re.search(rb"<pdfaid:part>3</pdfaid:part>", first)
    assert re.search(rb"<pdfaid:conformance>B</pdfaid:conformance>", first)
    assert b"Facture 2026-000001" in first
    assert await ports.typeset(invoice.model_copy(update={"number": "2026-000002"})) != first


@pytest.mark.parametrize(
    "name",
    [
        "L'Été d'Anaïs",
        "#pagebreak()",
        "$x$ *y* _z_ `w`",
        "<a> @b // c",
        '"\\n"]',
        "Ω 日本語の会社 ﷽",
        "👩\u200d🚀\x01",
    ],
)
async def test_whatever_a_customer_is_called_is_printed_and_never_obeyed(name: str) -> None:
    invoice = sold_to(name)
    assert (await ports.typeset(invoice)).startswith(b"%PDF-")
    assert ports._printed(invoice)["customer"][0] == name  # noqa: SLF001 - the same


async def test_only_the_characters_that_no_font_has_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    typeset = ports._typeset  # noqa: SLF001 - the same

    def look(data: str, day: dt.date) -> bytes:
        shown.append(data)
        return typeset(data, day)

    monkeypatch.setattr(ports, "_typeset", look)
    await ports.typeset(sold_to("Éole 日本 Ω"))
    assert "Éole ?? Ω" in shown[-1]
    assert len(shown) == 2


async def test_an_invoice_of_hundreds_of_lines_is_printed() -> None:
    few, many = await ports.typeset(an_invoice(ONE, "excluding_vat")), an_invoice(ONE * 400, "excluding_vat")
    assert len(await ports.typeset(many)) > len(few)


async def test_others_are_served_while_invoices_are_printed() -> None:
    served = 0

    async def serve() -> None:
        nonlocal served
        while True:
            await asyncio.sleep(0)
            served += 1

    others = asyncio.create_task(serve())
    await ports.typeset(an_invoice(ONE * 200, "excluding_vat"))
    others.cancel()
    assert served > 10


def test_each_invoice_speaks_its_customers_language() -> None:
    assert "hors taxe" in texts(sold_to("A"))
    assert "12/03/2026" in texts(sold_to("A"))
    assert "excluding VAT" in texts(sold_to("A", language="en"))
    assert "2026-03-12" in texts(sold_to("A", language="en"))


@pytest.mark.parametrize(
    ("regime", "professional", "warned"),
    [("private_operator", True, True), ("private_operator", False, False), ("public_regie", True, False)],
)
def test_only_professionals_are_warned_of_the_fixed_charge_and_not_by_a_public_issuer(
    regime: str, *, professional: bool, warned: bool
) -> None:
    invoice = sold_to("A", professional=professional).model_copy(update={"issuer": a_seller(regime=regime)})
    assert ("40 EUR" in texts(invoice)) == warned
