"""Decides what is due for a use, when that changes and when it no longer may."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from billing.amounts.model import CENTS, percentage, to_places
from billing.prices.model import Gap, Offer, SoldPrice
from billing.quotes.model import Cost, Measure, Stretch, cost
from billing.wording import model as wording
from chassis.errors import Refused
from contracts.billing import ChargeSource, ChargeState, Deliberation
from contracts.money import Money, Quantity, UnitPrice
from contracts.values import Day, Party, Wording

State = Literal["unpriced", "pending", "included", "cancelled", "waived", "invoiced"]
Kind = Literal["booking", "registration", "membership", "fibre_line", "usage", "pass"]
PaidBy = Literal["money", "credits", "plan"]
SERVICES: Final = {
    "booking": "booking",
    "registration": "booking",
    "membership": "membership",
    "fibre_line": "billing",
    "usage": "booking",
    "pass": "billing",
}
_NAMES: Final = UUID("6a1f0e54-6f0b-5c4e-9d2b-3f6c1b7a9e10")  # the space in which ids of charges are drawn


class ChargeIsFinal(Refused):
    """The charge {charge_id} is {state}: it can no longer be waived."""

    fr = "Le montant {charge_id} est à l'état « {state} » : il ne peut plus faire l'objet d'une remise."
    cure = ("Ask for a credit note instead.", "Demandez plutôt un avoir.")


class Share(BaseModel):
    """Which part of a price a payer pays: a partner its percentage, up to an amount; the other the rest."""

    model_config = ConfigDict(frozen=True)

    partner: bool
    percent: int
    most: int | None = None


class Usage(BaseModel):
    """What was used, by whom and when: all that a price is applied to.

    `item` and `period` complete the natural key. The price is the one that holds on the first of `priced_on`
    on which one does.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    source_id: UUID
    item: str
    period: str = ""
    event_id: UUID
    payer: Party
    site_id: UUID | None = None
    audience: str
    price_code: str | None
    detail: Wording
    measure: Measure
    paid_by: PaidBy = "money"
    due_percent: int = 100
    share: Share | None = None
    priced_on: tuple[Day, ...]
    billable_from: Day

    @property
    def service(self) -> str:
        """The service whose thing it is."""
        return SERVICES[self.kind]

    def same_as(self, other: "Usage") -> bool:
        """Whether both say the same, whichever event said it."""
        return self.model_copy(update={"event_id": other.event_id}) == other


class Why(BaseModel):
    """Why an amount is what it is: the rule, the price and its decision, the event behind it."""

    model_config = ConfigDict(frozen=True)

    rule: str
    sentence: Wording
    event_id: UUID
    price_code: str | None = None
    price_book_id: UUID | None = None
    price_book: str | None = None
    price_book_version: int | None = None
    deliberation: Deliberation | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    due_percent: int = 100
    exemption: str | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What is due for one use; `said` is the charge as events tell it, None while it has no price.

    `traceparent` is the trace of the change that first made it, where that trace is kept.
    """

    charge_id: UUID
    state: State
    usage: Usage
    said: ChargeState | None
    why: Why
    gap: Gap | None = None
    bill_run_id: UUID | None = None
    invoice_id: UUID | None = None
    invoice_number: str | None = None
    line_number: int | None = None
    traceparent: str | None = None

    @property
    def final(self) -> bool:
        """Whether a released bill run has taken it."""
        return self.bill_run_id is not None or self.state == "invoiced"

    @property
    def due(self) -> bool:
        return self.state == "pending"

    @property
    def amount(self) -> Money:
        return self.said.amount if self.said and self.due else Money(minor=0, currency="EUR")

    @property
    def source(self) -> ChargeSource:
        return source_of(self.usage)


def charge_id_of(usage: Usage, territory_id: str) -> UUID:
    """Return the id that the natural key alone gives: the same use is the same charge, whoever tells it."""
    key = (territory_id, usage.service, usage.kind, str(usage.source_id), usage.item, usage.period)
    return uuid5(_NAMES, "/".join(key))


def source_of(usage: Usage) -> ChargeSource:
    return ChargeSource(kind=usage.kind, id=usage.source_id, event_id=usage.event_id)


def charge(charge_id: UUID, usage: Usage, offer: Offer | Gap) -> Charge:
    """Return what is due for a use under the price offered, or the gap that keeps it from being priced."""
    if usage.paid_by != "money":
        why = Why(
            rule=f"paid-by-{usage.paid_by}", sentence=wording.free(usage.paid_by), event_id=usage.event_id
        )
        return Charge(charge_id, "included", usage, None, why)
    if usage.due_percent == 0:
        return cancelled(Charge(charge_id, "cancelled", usage, None, _nothing_due(usage)))
    if not isinstance(offer, Offer):
        why = Why(
            rule=offer.replace("_", "-"),
            sentence=wording.unpriced(offer, usage.price_code),
            event_id=usage.event_id,
            price_code=usage.price_code,
        )
        return Charge(charge_id, "unpriced", usage, None, why, offer)
    priced = cost(offer.price, usage.measure, usage.due_percent)
    if usage.share:
        priced = shared(priced, usage.share, offer.price, usage.measure)
    return Charge(
        charge_id, "pending", usage, _said(charge_id, usage, offer, priced), _why(usage, offer, priced)
    )


def shared(whole: Cost, wanted: Share, price: SoldPrice, measure: Measure) -> Cost:
    """Return one payer's part of a cost: the partner's is rounded half up, the other has the rest.

    What the partner pays at most is for a whole period; a part of one has its part, as the price has.
    """
    partner = percentage(whole.minor, wanted.percent)
    if wanted.most is not None:
        most = price.model_copy(update={"unit_price": Decimal(wanted.most) / CENTS})
        partner = min(partner, cost(most, measure).minor)
    minor = partner if wanted.partner else whole.minor - partner
    quantity = to_places(Fraction(whole.quantity) * minor / whole.minor, 4) if whole.minor else whole.quantity
    return Cost(quantity, minor, f"{whole.rule}-{'partner' if wanted.partner else 'payer'}-share")


def cancelled(before: Charge) -> Charge:
    """Return the charge of which nothing is due any more."""
    return replace(before, state="cancelled", gap=None, why=_nothing_due(before.usage))


def waived(before: Charge, reason: str) -> Charge:
    """Let the payer off; raises ChargeIsFinal for what is invoiced, or about to be, or not due."""
    if before.final or before.state not in ("pending", "unpriced"):
        raise ChargeIsFinal(charge_id=str(before.charge_id), state=before.state)
    why = before.why.model_copy(update={"rule": "waived", "sentence": wording.waived(reason)})
    return replace(before, state="waived", gap=None, why=why)


def _nothing_due(usage: Usage) -> Why:
    return Why(rule="nothing-due", sentence=wording.NOTHING_DUE, event_id=usage.event_id)


def _said(charge_id: UUID, usage: Usage, offer: Offer, priced: Cost) -> ChargeState:
    price = offer.price
    return ChargeState(
        charge_id=charge_id,
        source=source_of(usage),
        payer=usage.payer,
        issuer_id=offer.issuer_id,
        site_id=usage.site_id,
        label=price.label,
        audience=usage.audience,
        price_code=price.price_code,
        price_book_id=offer.price_book_id,
        price_book_version=offer.version,
        quantity=priced.quantity,
        unit=price.unit,
        unit_price=price.unit_price,
        price_mode=price.price_mode,
        vat_category=price.vat_category,
        vat_rate=price.vat_rate,
        amount=Money(minor=priced.minor, currency=offer.currency),
        service_period=usage.measure.days,
        billable_from=usage.billable_from,
    )


def _why(usage: Usage, offer: Offer, priced: Cost) -> Why:
    price, told = offer.price, offer.deliberation
    units = wording.counted(priced.quantity, price.unit)
    if isinstance(usage.measure, Stretch) and price.prorated:
        units = wording.days_of(usage.measure.charged, usage.measure.whole)
    return Why(
        rule=priced.rule,
        sentence=wording.joined(
            wording.multiplied(units, price.unit_price, price.price_mode, usage.due_percent),
            wording.decided(offer.book_name, offer.version, (told.number, told.adopted_on) if told else None),
        ),
        event_id=usage.event_id,
        price_code=price.price_code,
        price_book_id=offer.price_book_id,
        price_book=offer.book_name,
        price_book_version=offer.version,
        deliberation=told,
        quantity=priced.quantity,
        unit_price=price.unit_price,
        due_percent=usage.due_percent,
        exemption=price.exemption,
    )
