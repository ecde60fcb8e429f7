"""Says what a booking or a plan would cost, before anything is booked."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from billing.amounts.model import Taxed, totals
from billing.places import store as places
from billing.places.handlers import today
from billing.places.model import day_of
from billing.prices.handlers import offer
from billing.prices.model import Offer
from billing.quotes.model import Cost, Span, Stretch, cost, cycle_of
from chassis.db import Tx
from chassis.errors import Refused
from contracts.billing import Deliberation, VatLine
from contracts.money import Money, Quantity, UnitPrice, VatRate
from contracts.values import Audience, CivilPeriod, Day, Instant, Wording


class NoPrice(Refused):
    """No price holds on {day} for {price_code} and the audience {audience} ({reason})."""

    fr = "Aucun tarif ne vaut le {day} pour {price_code} et le public {audience} ({reason})."
    cure = (
        "Ask the territory to publish one; a use without price waits for its price.",
        "Demandez au territoire d'en publier un ; un usage sans tarif attend le sien.",
    )


class ModesDiffer(Refused):
    """Prices with and without VAT are quoted apart, as they are invoiced apart."""

    status = 422
    fr = "Les tarifs TTC et hors taxe font l'objet de devis distincts, comme de factures distinctes."
    cure = ("Ask for two quotes.", "Demandez deux devis.")


class Wanted(BaseModel):
    """One thing to be priced: a use from `start` to `end`, or the first period of a plan taken `from_on`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_code: Annotated[str, Field(max_length=100)]
    start: Instant | None = None
    end: Instant | None = None
    from_on: Day | None = None
    paid_by: Literal["money", "credits", "plan"] = "money"

    @model_validator(mode="after")
    def _is_a_use_or_a_plan(self) -> Self:
        if (self.start is None) != (self.end is None) or (self.start is None) == (self.from_on is None):
            raise ValueError("give start and end for a use, or from_on for a plan")
        if self.start and self.end and self.start >= self.end:
            raise ValueError("a use ends after it starts")
        return self


class AskQuote(BaseModel):
    """Ask what one audience would pay; times are read at the site, else in the territory's zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audience: Audience
    site_id: UUID | None = None
    lines: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=50)]


class QuotedLine(BaseModel):
    """What one thing would cost, in the price's own mode, and by which decision."""

    price_code: str
    label: Wording
    quantity: Quantity
    unit: str
    unit_price: UnitPrice
    price_mode: str
    vat_category: str
    vat_rate: VatRate
    amount: Money
    rule: str
    service_period: CivilPeriod
    price_book: str
    price_book_version: int
    deliberation: Deliberation | None


class Quote(BaseModel):
    """What all of it would cost, VAT computed once per rate."""

    lines: tuple[QuotedLine, ...]
    vat_lines: tuple[VatLine, ...]
    net: Money
    vat: Money
    gross: Money


async def quote(tx: Tx, asked: AskQuote) -> Quote:
    """Price each line as a charge would be priced today. Raises NoPrice, ModesDiffer."""
    zone = await places.zone(tx, asked.site_id)
    now = await today(tx, asked.site_id)
    lines = [await _line(tx, asked.audience, wanted, zone, now) for wanted in asked.lines]
    if len({line.price_mode for line in lines}) > 1:
        raise ModesDiffer
    found = totals(
        lines[0].price_mode, [Taxed(line.vat_category, line.vat_rate, line.amount.minor) for line in lines]
    )
    return Quote(
        lines=tuple(lines),
        vat_lines=tuple(
            VatLine(category=each.category, rate=each.rate, base=_eur(each.base), vat=_eur(each.vat))
            for each in found.vat_totals
        ),
        net=_eur(found.net),
        vat=_eur(found.vat),
        gross=_eur(found.gross),
    )


async def _line(tx: Tx, audience: str, wanted: Wanted, zone: str, now: date) -> QuotedLine:
    days = [now, day_of(wanted.start, zone)] if wanted.start else [wanted.from_on or now]
    found = await offer(tx, wanted.price_code, audience, *days)
    if not isinstance(found, Offer):
        raise NoPrice(day=days[-1].isoformat(), price_code=wanted.price_code, audience=audience, reason=found)
    measure = _measure(wanted, zone, found.price.unit)
    priced = cost(found.price, measure)
    if wanted.paid_by != "money":
        priced = Cost(priced.quantity, 0, f"paid-by-{wanted.paid_by}")
    said = {name: getattr(found.price, name) for name in _TAKEN}
    return QuotedLine(
        **said,
        quantity=priced.quantity,
        amount=_eur(priced.minor),
        rule=priced.rule,
        service_period=measure.days,
        price_book=found.book_name,
        price_book_version=found.version,
        deliberation=found.deliberation,
    )


def _measure(wanted: Wanted, zone: str, unit: str) -> Span | Stretch:
    if wanted.start and wanted.end:
        return Span(start=wanted.start, end=wanted.end, zone=zone)
    assert wanted.from_on is not None  # noqa: S101 - Wanted is a use or a plan
    period = cycle_of(unit, wanted.from_on, wanted.from_on)
    return Stretch(period=period, pieces=(CivilPeriod(start=wanted.from_on, end=period.end),))


def _eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


_TAKEN = ("price_code", "label", "unit", "unit_price", "price_mode", "vat_category", "vat_rate")
