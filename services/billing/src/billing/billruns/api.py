"""HTTP door of bill runs."""

from typing import Final
from uuid import UUID

from billing.billruns import handlers
from billing.billruns.handlers import BillRunView, PlanBillRun, PlannedView, ReleaseBillRun
from billing.billruns.model import BillRun
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query


@creation("/v1/territories/{siren:str}/bill-runs")
async def plan_bill_run(door: Door, data: Body[PlanBillRun]) -> Response[BillRunView]:
    """Plan the invoices of an issuer; nothing is numbered, nothing is taken."""
    act = Act("bill-run:plan", "bill run", data.bill_run_id)
    return await door.create(act, handlers.plan_bill_run, data, door.principal.person_id)


@command("/v1/territories/{siren:str}/bill-runs/{bill_run_id:uuid}/release")
async def release_bill_run(
    door: Door, bill_run_id: FromPath[UUID], data: Body[ReleaseBillRun]
) -> Response[BillRunView]:
    """Let a planned run go, as its second pair of eyes."""
    act = Act("bill-run:release", "bill run", bill_run_id)
    return await door.command(act, handlers.release_bill_run, bill_run_id, data, door.principal.person_id)


@command("/v1/territories/{siren:str}/bill-runs/{bill_run_id:uuid}/seal")
async def seal_bill_run(door: Door, bill_run_id: FromPath[UUID]) -> Response[BillRunView]:
    """Have the invoices of a released run numbered and sealed; `to_seal` falls to 0."""
    act = Act("bill-run:seal", "bill run", bill_run_id)
    return await door.command(act, handlers.seal_bill_run, bill_run_id)


@query("/v1/territories/{siren:str}/bill-runs")
async def list_runs(door: Door, asked: Asked) -> Response[Listed[BillRun]]:
    """List bill runs, newest first."""
    return await door.page(Act("bill-run:see", "territory", door.territory_id), handlers.run_page, asked)


@query("/v1/territories/{siren:str}/bill-runs/{bill_run_id:uuid}")
async def show_run(door: Door, bill_run_id: FromPath[UUID]) -> Response[BillRunView]:
    """Show a bill run and what it comes to."""
    return await door.read(Act("bill-run:see", "bill run", bill_run_id), handlers.run_view, bill_run_id)


@query("/v1/territories/{siren:str}/bill-runs/{bill_run_id:uuid}/invoices")
async def preview(door: Door, asked: Asked, bill_run_id: FromPath[UUID]) -> Response[Listed[PlannedView]]:
    """List what a run would invoice, customer by customer, and what blocks some."""
    act = Act("bill-run:see", "bill run", bill_run_id)
    return await door.page(act, handlers.planned_page, asked, bill_run_id)


ROUTES: Final = [plan_bill_run, release_bill_run, seal_bill_run, list_runs, show_run, preview]
