"""Decides how charges become planned invoices, what blocks one, and who may let them go."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from billing.charges.model import Charge
from billing.invoices.model import in_order, sums
from billing.parties.model import Customer, key_of, missing
from chassis.errors import Refused
from contracts.values import Day, Instant, Party

State = Literal["planned", "released", "sealing", "sealed"]
Blocked = Literal["customer_unknown", "customer_address_missing", "nothing_to_pay"]


class SamePersonReleases(Refused):
    """Whoever planned a bill run does not release it: it takes a second person."""

    fr = "Qui a préparé une campagne de facturation ne la valide pas : il faut une seconde personne."
    cure = ("Have a colleague look at it and release it.", "Faites-la relire et valider par un collègue.")


class RunOutOfOrder(Refused):
    """The bill run {bill_run_id} is {state}: {step} comes after {expected}."""

    fr = "La campagne {bill_run_id} est à l'état « {state} » : l'étape « {step} » vient après « {expected} »."
    cure = ("Take the steps in their order.", "Suivez les étapes dans l'ordre.")


class PlanChanged(Refused):
    """What this bill run would invoice is no longer what was planned and seen."""

    fr = "Ce que cette campagne facturerait n'est plus ce qui a été préparé et vu."
    cure = ("Plan a new bill run and look at it.", "Préparez une nouvelle campagne et relisez-la.")


class CutOffToCome(Refused):
    """The cut-off {cut_off_on} is to come: today is {today}, and only services that ended are invoiced."""

    status = 422
    fr = "La date d'arrêt {cut_off_on} est à venir : nous sommes le {today}, et seul l'échu est facturé."
    cure = ("Choose {today} or an earlier day.", "Choisissez le {today} ou un jour antérieur.")


class PlannedInvoice(BaseModel):
    """An invoice to be: whose, which charges, what it comes to; blocked when it cannot be issued."""

    model_config = ConfigDict(frozen=True)

    place: int
    invoice_id: UUID
    customer: Party
    price_mode: str
    charge_ids: tuple[UUID, ...]
    net_minor: int
    vat_minor: int
    blocked: Blocked | None = None
    number: str | None = None

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.vat_minor


class BillRun(BaseModel):
    """A bill run: which issuer's services, up to which day, and how far it got."""

    model_config = ConfigDict(frozen=True)

    bill_run_id: UUID
    state: State
    issuer_id: UUID
    cut_off_on: Day
    plan_digest: str
    planned_by: UUID
    planned_at: Instant
    released_by: UUID | None = None
    issued_on: Day | None = None

    def must_be(self, step: str, *expected: State) -> None:
        """Raise RunOutOfOrder in another state than those after which the step comes."""
        if self.state not in expected:
            raise RunOutOfOrder(
                bill_run_id=str(self.bill_run_id), state=self.state, step=step, expected=" / ".join(expected)
            )


def plan(
    bill_run_id: UUID, charges: Iterable[Charge], customers: Mapping[Party, Customer]
) -> list[PlannedInvoice]:
    """Return one invoice for each customer and price mode, in an order that depends on nothing else."""

    def to_whom(charge: Charge) -> tuple[str, str]:
        return str(key_of(charge.usage.payer)), charge.said.price_mode if charge.said else ""

    found = []
    for place, ((key, mode), group) in enumerate(groupby(sorted(charges, key=to_whom), to_whom), start=1):
        same = in_order(list(group))
        party = same[0].usage.payer
        total = sums(mode, same)
        obstacle: Blocked | None = missing(customers.get(party))
        found.append(
            PlannedInvoice(
                place=place,
                invoice_id=uuid5(bill_run_id, f"{key}/{mode}"),
                customer=party,
                price_mode=mode,
                charge_ids=tuple(charge.charge_id for charge in same),
                net_minor=total.net,
                vat_minor=total.vat,
                blocked=obstacle or (None if total.gross else "nothing_to_pay"),
            )
        )
    return found


def digest(planned: Iterable[PlannedInvoice], charges: Iterable[Charge]) -> str:
    """Return the SHA-256 of what would be invoiced: whose charges, and each amount to the cent."""
    amounts = {charge.charge_id: charge.amount.minor for charge in charges}
    content = [
        [str(each.invoice_id), each.price_mode, [[str(one), amounts.get(one)] for one in each.charge_ids]]
        for each in planned
        if each.blocked is None
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def check_cut_off(cut_off_on: date, today: date) -> None:
    """Raise CutOffToCome for a day after today."""
    if cut_off_on > today:
        raise CutOffToCome(cut_off_on=cut_off_on.isoformat(), today=today.isoformat())


def released(run: BillRun, by: UUID, seen: str, now: str) -> BillRun:
    """Let the run go as it was seen. Raises RunOutOfOrder, SamePersonReleases, PlanChanged."""
    run.must_be("release", "planned")
    if by == run.planned_by:
        raise SamePersonReleases
    if not seen == now == run.plan_digest:
        raise PlanChanged
    return run.model_copy(update={"state": "released", "released_by": by})
