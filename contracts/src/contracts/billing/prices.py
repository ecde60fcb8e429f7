"""Owns the facts about prices: who sells, at what price, by whose decision."""

from typing import Annotated

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import UnitPrice, VatRate
from contracts.values import (
    Audience,
    Day,
    Identifier,
    Instant,
    IssuerId,
    PriceBookId,
    PriceCode,
    Value,
    Version,
    Wording,
)

PRICE_BOOKS = Topic("billing.price-books.v1", key="price_book_id")

PriceMode = Annotated[
    str,
    Known("excluding_vat", "including_vat"),
    about("Whether the price is stated without or with VAT.", "excluding_vat"),
]
Unit = Annotated[
    str,
    Known("minute", "hour", "half_day", "day", "month", "year", "booking", "piece", "gram"),
    about("What one unit is.", "month"),
]
VatCategory = Annotated[
    str,
    Known("S", "E", "O", "AE", "K", "G", "Z"),
    about("VAT category, UNTDID 5305 as EN 16931 uses it; S is taxed at a rate.", "S"),
]


class Issuer(Value):
    """The legal seller in a territory, and under which regime it collects."""

    issuer_id: IssuerId
    name: Annotated[str, about("Registered name.", "Carcassonne Agglo")]
    identifier: Annotated[Identifier, about("How its register knows it.")]
    regime: Annotated[
        str,
        Known("private_operator", "private_mandatary", "public_regie", "public_titre"),
        about("Collection regime: it decides numbering, dunning and ways to pay.", "public_regie"),
    ]


class Deliberation(Value):
    """The decision of an assembly by which a public issuer sets its prices."""

    number: Annotated[str, about("Number of the decision.", "2026-014")]
    adopted_on: Annotated[Day, about("Day it was adopted.", "2026-02-18")]
    body: Annotated[str, about("Who adopted it.", "Conseil communautaire")]


class Price(Value):
    """What one thing costs for one audience."""

    price_code: PriceCode
    audience: Annotated[Audience | None, about("For this audience; none is for everyone else.")] = None
    label: Annotated[Wording, about("How the invoice names it.")]
    unit: Unit
    unit_price: UnitPrice
    price_mode: PriceMode
    vat_category: VatCategory
    vat_rate: VatRate
    prorated: Annotated[bool, about("Whether a part of a period costs its share by civil days.", True)] = (
        False
    )


class PriceBookPublished(Fact, topic=PRICE_BOOKS, data_class="public"):
    """A version of a price book holds from a day on; what was priced under an older version stays."""

    price_book_id: PriceBookId
    version: Version
    name: Annotated[str, about("Name of the price book.", "Tarifs 2026")]
    issuer: Annotated[Issuer, about("Who sells.")]
    deliberation: Annotated[
        Deliberation | None, about("The decision that sets the prices; a public issuer always has one.")
    ] = None
    currency: Annotated[str, about("ISO 4217 code.", "EUR")]
    valid_from: Annotated[Day, about("First day these prices hold.", "2026-03-01")]
    prices: Annotated[tuple[Price, ...], about("The prices.")]
    published_at: Annotated[Instant, about("When it was published, business time of the territory.")]
