"""Decides what a pass is when it is sold, what its units have become, and whether it can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple
from uuid import UUID

from billing.charges.model import Usage
from billing.prices.model import Offer
from billing.quotes.model import Stretch, cycle_of
from billing.wording import model as wording
from chassis.errors import Refused
from contracts.billing import PassState

State = Literal["sold", "cancelling", "cancelled"]
Kind = Literal["spent", "restored", "expired", "closed"]
SALE: Final = "sale"  # the item of its charge


class NotAPass(Refused):
    """{price_code} is no pass: nothing is sold ahead under it on {day}."""

    status = 422
    fr = "{price_code} n'est pas un carnet : rien ne se vend d'avance sous ce tarif le {day}."
    cure = ("Choose one of the passes on offer.", "Choisissez un des carnets proposés.")


class AudienceUnknown(Refused):
    """No membership says by which audience {holder} pays on {day}."""

    status = 422
    fr = "Aucune adhésion ne dit à quel public rattacher {holder} le {day}."
    cure = ("Take a plan first, or buy at the desk.", "Souscrivez une formule, ou achetez à l'accueil.")


class AudienceByDesk(Refused):
    """Only the desk says by which audience somebody pays."""

    status = 403
    fr = "Seul l'accueil choisit le public dont relève une personne."
    cure = ("Leave the audience out.", "N'indiquez pas de public.")


class PassBeginsEarly(Refused):
    """A pass holds from today ({today}) or later, not from {valid_from}."""

    status = 422
    fr = "Un carnet vaut à partir d'aujourd'hui ({today}) ou plus tard, pas du {valid_from}."
    cure = ("Choose a later first day.", "Choisissez un premier jour plus tardif.")


class PassSpent(Refused):
    """Of {units} units of this pass, {spent} are gone and {left} left: it can no longer be taken back."""

    fr = "Des {units} unités du carnet, {spent} sont prises et {left} restent : il n'est plus repris."
    cure = ("Cancel the bookings that it pays first.", "Annulez d'abord les réservations qu'il paie.")


class PassInvoiced(Refused):
    """The pass stands on an invoice, or on one in the making: it can no longer be taken back here."""

    fr = "Le carnet figure sur une facture, émise ou en cours : il n'est plus repris ici."
    cure = ("Ask for a credit note instead.", "Demandez plutôt un avoir.")


class PassNotThere(Refused):
    """The pass is {state}: there is nothing to take back."""

    fr = "Le carnet est à l'état « {state} » : il n'y a rien à reprendre."


class Move(NamedTuple):
    """What a fact of booking says of the units of a pass."""

    event_id: UUID
    kind: Kind
    units: Decimal


@dataclass(frozen=True, slots=True)
class Units:
    """What has become of the units of a pass: those sold are always those spent, expired, closed and left."""

    sold: Decimal
    spent: Decimal = Decimal(0)
    expired: Decimal = Decimal(0)
    closed: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.sold - self.spent - self.expired - self.closed


@dataclass(frozen=True, slots=True)
class Sale:
    """A pass that was sold, and what its units have become by what booking told."""

    told: PassState
    state: State
    sold_at: datetime
    units: Units
    reason: str | None = None

    def asked_back(self, reason: str, *, invoiced: bool) -> "Sale":
        """Ask for it back. Raises PassNotThere, PassSpent, PassInvoiced."""
        if self.state != "sold":
            raise PassNotThere(state=self.state)
        if self.units.left != self.units.sold:
            spent = f"{self.units.sold - self.units.left:f}"
            raise PassSpent(units=f"{self.units.sold:f}", spent=spent, left=f"{self.units.left:f}")
        if invoiced:
            raise PassInvoiced
        return replace(self, state="cancelling", reason=reason)

    def answered(self, state: State) -> "Sale | None":
        """Return it as booking's answer leaves it, None where nobody had asked."""
        return replace(self, state=state) if self.state == "cancelling" else None


def folded(sold: Decimal, moves: Iterable[Move]) -> Units:
    """Return what has become of the units by these facts, in whatever order and however often they came."""
    once = {each.event_id: each for each in moves}.values()
    total = {kind: sum((each.units for each in once if each.kind == kind), Decimal(0)) for kind in _KINDS}
    return Units(sold, total["spent"] - total["restored"], total["expired"], total["closed"])


def use_of(told: PassState, sold_on: date, event_id: UUID) -> Usage:
    """Return what is charged: the sale, on its day, for VAT of a single-purpose voucher is due then."""
    units = wording.counted(told.units, told.unit)
    days = cycle_of("day", sold_on, sold_on)
    return Usage(
        kind="pass",
        source_id=told.sale_id,
        item=SALE,
        event_id=event_id,
        payer=told.payer,
        site_id=told.site_id,
        audience=told.audience,
        price_code=told.price_code,
        detail=wording.joined(units, wording.before(told.valid_until)),
        measure=Stretch(period=days, pieces=(days,)),
        priced_on=(sold_on,),
        billable_from=days.end,
    )


def what_is_sold(offer: Offer) -> dict[str, object]:
    """Return what an offer of a pass says of it."""
    opens = offer.price.opens
    assert opens is not None  # noqa: S101 - the offer was looked for among passes
    return {
        "price_code": offer.price.price_code,
        "price_book_id": offer.price_book_id,
        "price_book_version": offer.version,
        "name": offer.price.label,
        "unit": opens.unit,
        "units": Decimal(opens.units),
        "resource_kinds": opens.resource_kinds,
        "site_ids": opens.site_ids,
        "price_codes": opens.price_codes,
        "grace_days": opens.grace_days,
    }


_KINDS: Final = ("spent", "restored", "expired", "closed")
