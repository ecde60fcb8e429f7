"""Prints invoices: a template and a typesetter that needs no system library, away from the event loop."""

import asyncio
import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

import typst

from billing.invoices.model import Invoice, InvoiceLine
from billing.issuers.model import Seller
from billing.wording import model as wording
from contracts.billing import VatLine
from contracts.values import Identifier, Wording

STANDARD: Final = "a-3b"
"""PDF/A-3, level B: kept for years, and able to carry a structured invoice."""

_UNSHOWN: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_PENALTIES: Final = Wording(
    fr=(
        "En cas de retard : pénalités au taux de la BCE majoré de 10 points et indemnité forfaitaire de "
        "40 EUR pour frais de recouvrement (art. L441-10 du code de commerce). Pas d'escompte."
    ),
    en=(
        "Late payment: penalties at the ECB rate plus 10 points and a fixed charge of EUR 40 for recovery "
        "(art. L441-10, code de commerce). No discount for early payment."
    ),
)
_DEBITS: Final = Wording(fr="TVA acquittée d'après les débits.", en="VAT due on invoicing, by option.")
_INCLUDED: Final = Wording(fr="Montants des lignes TTC.", en="Amounts of the lines include VAT.")


async def typeset(invoice: Invoice) -> bytes:
    """Return the PDF of an invoice in its customer's language; the same invoice gives the same bytes.

    A character that no font of ours has is printed as «?»: the sealed text holds it all the same.
    """
    data = json.dumps(_visible(_printed(invoice)), ensure_ascii=False)
    return await asyncio.to_thread(_compile, data, invoice.issued_on)


def _compile(data: str, day: dt.date) -> bytes:
    while True:
        try:
            return _typeset(data, day)
        except typst.TypstError as error:
            found = _UNSHOWN.search(str(error))
            if found is None or found[1].isascii():
                raise
            data = data.translate({ord(each): "?" for each in data if _kind(each) == _kind(found[1][0])})


def _typeset(data: str, day: dt.date) -> bytes:
    pdf: bytes = typst.compile(
        _template(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=[STANDARD],
        ignore_system_fonts=True,
        timestamp=dt.datetime.combine(day, dt.time(), dt.UTC),
    )
    return pdf


def _visible(value: Any) -> Any:
    """Return the texts without control and format characters, which no font shows."""
    if isinstance(value, str):
        return "".join(each for each in value if not unicodedata.category(each).startswith("C"))
    if isinstance(value, dict):
        return {key: _visible(each) for key, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, list) else value


def _kind(character: str) -> str:
    """Return what a character is alike in: a whole script is replaced at once, and ASCII never."""
    if character.isascii():
        return ""
    first, *_ = unicodedata.name(character, character).split()
    return character if first in ("LATIN", "GREEK", "CYRILLIC") else first


@cache
def _template() -> bytes:
    return resources.files("billing").joinpath("templates", "invoice.typ").read_bytes()


def _printed(invoice: Invoice) -> dict[str, Any]:
    """Return what the template shows: texts only, written in the customer's language."""
    language, seller, customer = invoice.customer.language, invoice.issuer, invoice.customer
    return {
        "language": language,
        "number": invoice.number,
        "seller": [seller.name, *seller.address.lines, f"{seller.address.postcode} {seller.address.town}"],
        "seller_ids": list(_ids(_known(seller), seller.legal_form)),
        "customer": [customer.name, *customer.lines],
        "customer_ids": list(_ids(customer.identifiers)),
        "issued_on": _in(language, wording.day(invoice.issued_on)),
        "due_on": _in(language, wording.day(invoice.due_on)),
        "service": _in(
            language,
            wording.stretch(invoice.service_period.start, invoice.service_period.end - dt.timedelta(days=1)),
        ),
        "lines": [_line(language, line) for line in invoice.lines],
        "vat_lines": [_vat_line(language, line) for line in invoice.vat_lines],
        "totals": [
            _in(language, wording.amount(sum_.minor)) for sum_ in (invoice.net, invoice.vat, invoice.gross)
        ],
        "iban": seller.iban,
        "notes": [_in(language, note) for note in _notes(invoice)],
    }


def _line(language: str, line: InvoiceLine) -> list[str]:
    return [
        _in(language, line.label),
        _in(language, line.detail),
        _in(language, line.why.sentence),
        _in(language, wording.counted(line.quantity, line.unit)),
        _in(language, wording.price(line.unit_price)),
        _percent(language, line.vat_rate),
        _in(language, wording.amount(line.amount.minor)),
    ]


def _vat_line(language: str, line: VatLine) -> list[str]:
    amounts = [_in(language, wording.amount(each.minor)) for each in (line.base, line.vat)]
    return [line.category, _percent(language, line.rate), *amounts]


def _percent(language: str, rate: Decimal) -> str:
    return f"{_in(language, wording.figure(rate))} %"


def _notes(invoice: Invoice) -> Iterator[Wording]:
    if invoice.price_mode == "including_vat":
        yield _INCLUDED
    if invoice.issuer.vat_due == "on_invoicing":
        yield _DEBITS
    for reason in sorted({line.why.exemption for line in invoice.lines if line.why.exemption}):
        yield Wording(fr=f"TVA non applicable : {reason}.", en=f"No VAT: {reason}.")
    # The fixed charge is owed by professionals to traders, never by consumers and not to a public treasury.
    if invoice.customer.professional and not invoice.issuer.public:
        yield _PENALTIES


def _ids(identifiers: tuple[Identifier, ...], *more: str | None) -> Iterator[str]:
    for each in identifiers:
        name = {"siren": "SIREN", "vat": "TVA"}.get(each.scheme, f"{each.scheme} {each.country}")
        yield f"{name} {each.value}"
    yield from filter(None, more)


def _known(seller: Seller) -> tuple[Identifier, ...]:
    if seller.vat_number is None:
        return (seller.identifier,)
    vat = Identifier(scheme="vat", value=seller.vat_number, country=seller.address.country)
    return seller.identifier, vat


def _in(language: str, text: Wording) -> str:
    return text.en if language == "en" else text.fr
