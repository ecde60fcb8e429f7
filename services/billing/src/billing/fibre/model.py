"""Decides each step of a fibre line, from qualification to activation, and what its months cost."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from billing.charges.model import Usage
from billing.places.model import Site, day_of
from billing.prices.model import Offer
from billing.quotes.model import Stretch, month_of
from billing.wording import model as wording
from chassis.errors import Refused
from contracts.billing import ActivationProof
from contracts.values import CivilPeriod, Day, Instant, Party, Period, Wording

State = Literal["qualified", "not_eligible", "ordered", "appointment_booked", "active"]
Obstacle = Literal["site_not_served", "no_free_port"]
Megabits = Annotated[int, Field(ge=1, le=1_000_000)]
MONTHLY_FEE: Final = "monthly-fee"
VALID_DAYS: Final = 90
"""Days a qualification holds: our choice, since ports and works change."""
PROVEN_PERCENT: Final = 80
"""Share of the ordered speed that a measurement must reach: our choice; Ethernet takes some 6 percent."""


class StepOutOfOrder(Refused):
    """The fibre line {line_id} is {state}: {step} comes after {expected}."""

    fr = "La ligne {line_id} est à l'état « {state} » : l'étape « {step} » vient après « {expected} »."
    cure = ("Take the steps in their order.", "Suivez les étapes dans l'ordre.")


class QualificationExpired(Refused):
    """The qualification of this line held until {valid_until}, excluded: today is {today}."""

    fr = "La qualification de cette ligne valait jusqu'au {valid_until}, exclu : nous sommes le {today}."
    cure = ("Qualify the address again.", "Qualifiez l'adresse de nouveau.")


class NoFreePort(Refused):
    """All {ports} ports of the zone {zone} are taken."""

    fr = "Les {ports} ports de la zone {zone} sont tous pris."
    cure = ("Ask for the zone to be extended.", "Demandez l'extension de la zone.")


class NotMonthly(Refused):
    """The price {price_code} is per {unit}: a line is paid by the month."""

    status = 422
    fr = "Le tarif {price_code} s'entend par « {unit} » : une ligne se paie au mois."
    cure = ("Order with a monthly price.", "Commandez avec un tarif mensuel.")


class VisitInThePast(Refused):
    """The appointment would begin at {start}: it is already {now}."""

    status = 422
    fr = "Le rendez-vous commencerait à {start} : il est déjà {now}."
    cure = ("Agree on a time to come.", "Convenez d'une heure à venir.")


class ActivationOutOfTime(Refused):
    """An activation lies between the order ({ordered_at}) and now ({now}): {asked} does not."""

    status = 422
    fr = "Une activation se situe entre la commande ({ordered_at}) et maintenant ({now}), pas à {asked}."
    cure = ("Give the instant of the measurement.", "Donnez l'instant de la mesure.")


class ProofTooSlow(Refused):
    """Measured {down}/{up} Mbit/s: {percent} % of the {ordered_down}/{ordered_up} ordered are needed."""

    status = 422
    fr = "Mesuré {down}/{up} Mbit/s : il faut {percent} % des {ordered_down}/{ordered_up} commandés."
    cure = ("Repair the line and measure again.", "Réparez la ligne et mesurez de nouveau.")


class Zone(BaseModel):
    """Where fibre is brought, from which day, with how many ports and on which terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone_id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    site_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500)]
    served_from: Day
    ports: Annotated[int, Field(ge=1, le=100_000)]
    down_mbps: Megabits = 1000
    up_mbps: Megabits = 1000
    lead_days: Annotated[int, Field(ge=0, le=730)] = 10
    works_minor: Annotated[int, Field(ge=0, le=10**10)] | None = None


class Terms(BaseModel):
    """On which terms an address can have a line, and until which day, excluded."""

    model_config = ConfigDict(frozen=True)

    down_mbps: Megabits
    up_mbps: Megabits
    lead_days: int
    works_minor: int | None
    valid_until: Day


class Order(BaseModel):
    """What was ordered: the price stays as it was on that day."""

    model_config = ConfigDict(frozen=True)

    offer: Offer
    audience: str
    commitment_months: int
    ordered_at: Instant


class Activation(BaseModel):
    """When the line was handed over working, what was measured, and the event that told it."""

    model_config = ConfigDict(frozen=True)

    activated_on: Day
    activated_at: Instant
    proof: ActivationProof
    event_id: UUID


class FibreLine(BaseModel):
    """A fibre line: where, for whom, and how far it got."""

    model_config = ConfigDict(frozen=True)

    line_id: UUID
    state: State
    customer: Party
    site_id: UUID
    site_name: str
    address: str
    unit: str | None = None
    zone_id: UUID | None = None
    obstacle: Obstacle | None = None
    terms: Terms | None = None
    order: Order | None = None
    appointment: Period | None = None
    activation: Activation | None = None

    def at(self, site: Site) -> "FibreLine":
        """Return the line with what its site is called now."""
        return self.model_copy(update={"site_name": site.name, "address": site.place})

    def must_be(self, step: str, *expected: State) -> None:
        """Raise StepOutOfOrder in another state than those after which the step comes."""
        if self.state not in expected:
            raise StepOutOfOrder(
                line_id=str(self.line_id), state=self.state, step=step, expected=" / ".join(expected)
            )


def qualified(line: FibreLine, zone: Zone | None, taken: int, today: date) -> FibreLine:
    """Say whether the site can have a line: its zone is served, and has a port left."""
    if zone is None or zone.served_from > today:
        return line.model_copy(update={"state": "not_eligible", "obstacle": "site_not_served"})
    if taken >= zone.ports:
        return line.model_copy(update={"state": "not_eligible", "obstacle": "no_free_port"})
    terms = Terms(
        **zone.model_dump(include={"down_mbps", "up_mbps", "lead_days", "works_minor"}),
        valid_until=today + timedelta(days=VALID_DAYS),
    )
    return line.model_copy(update={"state": "qualified", "zone_id": zone.zone_id, "terms": terms})


def check_order(line: FibreLine, zone: Zone, taken: int, today: date) -> None:
    """Raise StepOutOfOrder, QualificationExpired or NoFreePort where the line cannot be ordered today."""
    line.must_be("order", "qualified")
    if line.terms is None or today >= line.terms.valid_until:
        until = line.terms.valid_until.isoformat() if line.terms else "—"
        raise QualificationExpired(valid_until=until, today=today.isoformat())
    if taken >= zone.ports:
        raise NoFreePort(ports=zone.ports, zone=zone.name)


def ordered(line: FibreLine, offer: Offer, audience: str, months: int, now: datetime) -> FibreLine:
    """Order the line at a monthly price, whose parts of a month are by civil days. Raises NotMonthly."""
    if offer.price.unit != "month":
        raise NotMonthly(price_code=offer.price.price_code, unit=offer.price.unit)
    by_days = offer.model_copy(update={"price": offer.price.model_copy(update={"prorated": True})})
    order = Order(offer=by_days, audience=audience, commitment_months=months, ordered_at=now)
    return line.model_copy(update={"state": "ordered", "order": order})


def with_appointment(line: FibreLine, period: Period, now: datetime) -> FibreLine:
    """Agree on the technician's visit, or on another time for it. Raises StepOutOfOrder, VisitInThePast."""
    line.must_be("appointment", "ordered", "appointment_booked")
    if period.start < now:
        raise VisitInThePast(start=period.start.isoformat(), now=now.isoformat())
    return line.model_copy(update={"state": "appointment_booked", "appointment": period})


def check_activation(line: FibreLine, at: datetime, proof: ActivationProof, now: datetime) -> None:
    """Raise StepOutOfOrder, ActivationOutOfTime or ProofTooSlow where the line is not proven to work."""
    line.must_be("activation", "appointment_booked")
    order, terms = line.order, line.terms
    if order is None or terms is None:
        raise StepOutOfOrder(
            line_id=str(line.line_id), state=line.state, step="activation", expected="ordered"
        )
    if not order.ordered_at <= at <= now:
        raise ActivationOutOfTime(
            ordered_at=order.ordered_at.isoformat(), now=now.isoformat(), asked=at.isoformat()
        )
    measured = ((proof.down_mbps, terms.down_mbps), (proof.up_mbps, terms.up_mbps))
    if any(100 * found < PROVEN_PERCENT * wanted for found, wanted in measured):
        raise ProofTooSlow(
            down=proof.down_mbps,
            up=proof.up_mbps,
            percent=PROVEN_PERCENT,
            ordered_down=terms.down_mbps,
            ordered_up=terms.up_mbps,
        )


def months(activated_on: date, since: date, until: date) -> Iterator[CivilPeriod]:
    """Yield the civil months that have begun by `until`, from the one that holds `since` on."""
    month = month_of(max(activated_on, since))
    while month.start <= until:
        yield month
        month = month_of(month.end)


def monthly_fee(line: FibreLine, month: CivilPeriod) -> tuple[Usage, Offer]:
    """Return what a month of an active line is charged for, and at which price: from the activation on."""
    order, activation = line.order, line.activation
    assert order is not None  # noqa: S101 - an active line was ordered
    assert activation is not None  # noqa: S101 - an active line was activated
    charged = CivilPeriod(start=max(month.start, activation.activated_on), end=month.end)
    return Usage(
        kind="fibre_line",
        source_id=line.line_id,
        item=MONTHLY_FEE,
        period=month.start.isoformat(),
        event_id=activation.event_id,
        payer=line.customer,
        site_id=line.site_id,
        audience=order.audience,
        price_code=order.offer.price.price_code,
        detail=_detail(line, charged),
        measure=Stretch(period=month, pieces=(charged,)),
        priced_on=(day_of(order.ordered_at, "UTC"),),
        billable_from=month.end,
    ), order.offer


def _detail(line: FibreLine, charged: CivilPeriod) -> Wording:
    place = ", ".join(filter(None, [line.site_name, line.unit, line.address]))
    days = wording.stretch(charged.start, charged.end - timedelta(days=1))
    return wording.joined(Wording(fr=place, en=place), days)
