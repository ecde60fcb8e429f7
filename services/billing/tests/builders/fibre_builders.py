"""Builds fibre lines through the door, from a served zone to an active line."""

from typing import Any
from uuid import UUID

from billing_builders import Town, a_price, at, done

from chassis.ids import new_id

PROOF = {"down_mbps": 941, "up_mbps": 938, "reference": "PV-2026-0312"}


async def a_served_town(town: Town, price: str = "500.00", ports: int = 8, **changes: Any) -> None:
    """Fibre at the site, sold at a price per month."""
    await town.publish(
        await town.register_issuer(),
        a_price("fibre-1g", price, unit="month", **changes),
        valid_from="2026-01-01",
        deliberation={"number": "2025-101", "adopted_on": "2025-12-10", "body": "Conseil communautaire"},
    )
    await serve(town, ports=ports)


async def serve(town: Town, **changes: Any) -> Any:
    body = {
        "zone_id": new_id(),
        "name": "Saint-Jean de l'Arnouze",
        "site_ids": [town.site_id],
        "served_from": "2026-01-01",
        "ports": 8,
    } | changes
    return await town.post("fibre-zones", town.headers("hub-manager"), **body)


async def qualify(town: Town, customer: UUID, headers: dict[str, str] | None = None) -> Any:
    body = {"line_id": new_id(), "site_id": town.site_id, "unit": "Bureau 12"}
    return await town.post(
        "fibre-lines", headers or town.headers("hub-manager"), customer={"organisation_id": customer}, **body
    )


async def step(town: Town, line_id: str, name: str, **body: Any) -> Any:
    return await town.post(f"fibre-lines/{line_id}/{name}", town.headers("hub-manager"), **body)


async def an_active_line(
    town: Town, activated: str = "2026-03-12 14:00", customer: UUID | None = None
) -> str:
    """A line from qualification to activation."""
    company = customer or await town.register_organisation()
    line_id: str = done(await qualify(town, company))["line_id"]
    done(await step(town, line_id, "order", price_code="fibre-1g", commitment_months=12))
    start, end = at(f"{activated[:10]} 13:00"), at(f"{activated[:10]} 15:00")
    done(await step(town, line_id, "appointment", start=start.isoformat(), end=end.isoformat()))
    await town.set_clock(at(activated))
    done(await step(town, line_id, "activate", proof=PROOF))
    return line_id


async def months(town: Town, line_id: str) -> list[tuple[str, int]]:
    items = done(await town.get(f"charges?source_id={line_id}"))["items"]
    return sorted((each["service_period"]["start"], each["amount"]["minor"]) for each in items)
