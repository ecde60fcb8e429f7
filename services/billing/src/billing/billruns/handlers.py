"""Plans bill runs, lets a second person release them, and seals their invoices page by page."""

from collections.abc import Iterable
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from billing.billruns import model, store
from billing.billruns.model import BillRun, PlannedInvoice
from billing.charges import store as charges
from billing.invoices import handlers as invoices
from billing.invoices.model import Draft
from billing.issuers.handlers import known_issuer
from billing.issuers.model import Seller
from billing.parties import handlers as parties
from billing.parties.model import Customer, missing
from billing.places.handlers import today
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.timers import Timer, set_timer
from contracts.billing import BillRunPlanned, BillRunReleased, BillRunSealed
from contracts.money import Money
from contracts.values import Day, Party

SEAL: Final = "seal-bill-run"
_PAGE: Final = 10  # invoices sealed in one transaction


class PlanBillRun(BaseModel):
    """Plan the invoices of an issuer for services that ended before a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bill_run_id: UUID
    issuer_id: UUID
    cut_off_on: Day


class ReleaseBillRun(BaseModel):
    """Let a planned run go, as it was seen: the digest is that of the plan looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class BillRunView(BillRun):
    """A bill run with what it comes to; `to_seal` counts the invoices that have no number yet."""

    invoices: int
    charges: int
    gross: Money
    blocked: int
    to_seal: int


class PlannedView(PlannedInvoice):
    """A planned invoice, with the name of its customer where the territory can read it."""

    customer_name: str | None


async def plan_bill_run(tx: Tx, command: PlanBillRun, person_id: UUID) -> BillRunView:
    """Plan without taking anything: charges stay free until the run is released. Raises CutOffToCome."""
    issuer = await known_issuer(tx, command.issuer_id)
    model.check_cut_off(command.cut_off_on, await today(tx))
    billable = await charges.billable(tx, issuer.issuer_id, command.cut_off_on)
    customers = await parties.customers(tx, (charge.usage.payer for charge in billable))
    planned = model.plan(command.bill_run_id, billable, customers)
    run = BillRun(
        **dict(command),
        state="planned",
        plan_digest=model.digest(planned, billable),
        planned_by=person_id,
        planned_at=await tx.now(),
    )
    await store.insert(tx, run, planned)
    tx.emit(BillRunPlanned(**_said(run, planned), planned_by=person_id, planned_at=run.planned_at))
    return _view(run, planned)


async def release_bill_run(
    tx: Tx, bill_run_id: UUID, command: ReleaseBillRun, person_id: UUID
) -> BillRunView:
    """Take the charges of the plan, which never change again. Raises what the model does."""
    run = await _locked(tx, bill_run_id)
    planned = await store.planned(tx, bill_run_id)
    run.must_be("release", "planned")
    taken = await charges.take(tx, bill_run_id, _charge_ids(planned))
    run = model.released(run, person_id, command.plan_digest, model.digest(planned, taken))
    await store.update(tx, run)
    tx.emit(BillRunReleased(**_said(run, planned), released_by=person_id, released_at=await tx.now()))
    return _view(run, planned)


async def seal_bill_run(tx: Tx, bill_run_id: UUID) -> BillRunView:
    """Have the invoices sealed, dated today; said again, a run that was interrupted goes on."""
    run = await _locked(tx, bill_run_id)
    run.must_be("seal", "released", "sealing", "sealed")
    if run.state == "released":
        run = run.model_copy(update={"state": "sealing", "issued_on": await today(tx)})
        await store.update(tx, run)
    if run.state == "sealing":
        await set_timer(tx, SEAL, bill_run_id, await tx.now())
    return _view(run, await store.planned(tx, bill_run_id))


async def seal_page(tx: Tx, timer: Timer) -> None:
    """Seal the next invoices of a run in their order; the rest is done by the same timer, set anew."""
    run = await _locked(tx, UUID(timer.timer_id))
    if run.state != "sealing":
        return
    issuer = await known_issuer(tx, run.issuer_id)
    page = await store.to_seal(tx, run.bill_run_id, _PAGE)
    customers = await parties.customers(tx, (each.customer for each in page))
    for each in page:
        await _seal(tx, run, issuer, each, customers.get(each.customer))
    if len(page) == _PAGE:
        await set_timer(tx, SEAL, run.bill_run_id, await tx.now())
    else:
        await _finish(tx, run)


async def run_view(tx: Tx, bill_run_id: UUID) -> BillRunView | None:
    run = await store.run(tx, bill_run_id)
    return _view(run, await store.planned(tx, bill_run_id)) if run else None


async def run_page(tx: Tx, asked: Asked) -> Page[BillRun]:
    return await store.runs(tx, asked)


async def planned_page(tx: Tx, asked: Asked, bill_run_id: UUID) -> Page[PlannedView]:
    """Return what a run would invoice, customer by customer."""
    page = await store.planned_page(tx, asked, bill_run_id)
    names = await parties.customers(tx, (each.customer for each in page.items))
    return Page([_planned_view(each, names) for each in page.items], page.last)


async def _seal(
    tx: Tx, run: BillRun, issuer: Seller, planned: PlannedInvoice, customer: Customer | None
) -> None:
    """Seal one invoice; a customer who can no longer be named blocks it, and frees its charges."""
    obstacle = missing(customer)
    if obstacle or customer is None or run.issued_on is None:
        await charges.give_back(tx, planned.charge_ids)
        await store.mark(tx, run.bill_run_id, planned.place, None, obstacle)
        return
    draft = Draft(
        invoice_id=planned.invoice_id,
        bill_run_id=run.bill_run_id,
        customer=customer,
        price_mode=planned.price_mode,
    )
    found = await charges.many(tx, planned.charge_ids)
    invoice = await invoices.seal(tx, draft, issuer, found, run.issued_on)
    await store.mark(tx, run.bill_run_id, planned.place, invoice.number, None)


async def _finish(tx: Tx, run: BillRun) -> None:
    sealed = run.model_copy(update={"state": "sealed"})
    await store.update(tx, sealed)
    planned = await store.planned(tx, run.bill_run_id)
    numbers = [each.number for each in planned if each.number]
    tx.emit(
        BillRunSealed(
            **_said(sealed, planned),
            first_number=numbers[0] if numbers else None,
            last_number=numbers[-1] if numbers else None,
            sealed_at=await tx.now(),
        )
    )


async def _locked(tx: Tx, bill_run_id: UUID) -> BillRun:
    run = await store.run(tx, bill_run_id, lock=True)
    if run is None:
        raise NotFound(what="bill run", id=str(bill_run_id))
    return run


def _charge_ids(planned: Iterable[PlannedInvoice]) -> list[UUID]:
    return [one for each in planned if each.blocked is None for one in each.charge_ids]


def _sums(planned: Iterable[PlannedInvoice]) -> dict[str, Any]:
    """Return what a run comes to, blocked invoices left out."""
    issued = [each for each in planned if each.blocked is None]
    return {
        "invoices": len(issued),
        "charges": sum(len(each.charge_ids) for each in issued),
        "gross": Money(minor=sum(each.gross_minor for each in issued), currency="EUR"),
    }


def _said(run: BillRun, planned: Iterable[PlannedInvoice]) -> dict[str, Any]:
    """Return the fields that every event about a run carries."""
    identity = run.model_dump(include={"bill_run_id", "issuer_id", "cut_off_on", "plan_digest"})
    return identity | _sums(planned)


def _view(run: BillRun, planned: list[PlannedInvoice]) -> BillRunView:
    open_ = [each for each in planned if each.blocked is None and each.number is None]
    blocked = sum(each.blocked is not None for each in planned)
    return BillRunView(**dict(run), **_sums(planned), blocked=blocked, to_seal=len(open_))


def _planned_view(each: PlannedInvoice, names: dict[Party, Customer]) -> PlannedView:
    found = names.get(each.customer)
    return PlannedView(**dict(each), customer_name=found.name if found else None)
