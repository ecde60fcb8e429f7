"""Builds bill runs through the door: planned by one person, released by another, sealed by the timer."""

from typing import Any
from uuid import UUID

from billing_builders import Town, a_price, done

from chassis.ids import new_id
from contracts.values import Party

PLANNER, RELEASER = UUID(int=21), UUID(int=22)
CUT_OFF = "2026-04-01"


async def a_selling_town(town: Town, **changes: Any) -> UUID:
    """An issuer that sells the large room; it is the first of April."""
    issuer_id = await town.register_issuer(**changes)
    await town.publish(issuer_id, a_price(), a_price("ttc", "10.00", price_mode="including_vat"))
    return issuer_id


async def people(town: Town, count: int) -> list[Party]:
    return [Party(person_id=await town.register_person(f"Nom {n}")) for n in range(count)]


async def plan(town: Town, issuer_id: UUID, **changes: Any) -> dict[str, Any]:
    body = {"bill_run_id": new_id(), "issuer_id": issuer_id, "cut_off_on": CUT_OFF} | changes
    planned: dict[str, Any] = done(await town.post("bill-runs", town.headers("finance", PLANNER), **body))
    return planned


async def release(town: Town, run: dict[str, Any], by: UUID = RELEASER, digest: str = "") -> Any:
    path = f"bill-runs/{run['bill_run_id']}/release"
    return await town.post(path, town.headers("finance", by), plan_digest=digest or run["plan_digest"])


async def seal(town: Town, run: dict[str, Any]) -> dict[str, Any]:
    done(await town.post(f"bill-runs/{run['bill_run_id']}/seal", town.headers("finance", RELEASER)))
    await town.fire()
    sealed: dict[str, Any] = done(await town.get(f"bill-runs/{run['bill_run_id']}"))
    return sealed


async def billed(town: Town, issuer_id: UUID) -> dict[str, Any]:
    run = await plan(town, issuer_id)
    done(await release(town, run))
    return await seal(town, run)


async def invoices(town: Town) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(await town.get("invoices?limit=200"))["items"]
    return sorted(items, key=lambda each: str(each["number"]))
