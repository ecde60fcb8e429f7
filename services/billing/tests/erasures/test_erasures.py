"""An erased person stays on invoices alone, as the law wants; what is not invoiced holds an erasure up."""

from typing import Any
from uuid import UUID

import orjson
from bill_run_builders import a_selling_town, billed, invoices
from billing_builders import Town, at
from usage_builders import a_booking

from chassis.clock import utc_now
from chassis.db import PLATFORM
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.membership import ErasureRequested, PersonErased
from contracts.values import Party

CANARY = "Zyxwanary"


async def canaries(admin: Connection) -> set[str]:
    """The tables of the service in which the canary can be read, as text or as bytes."""
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    search = "SELECT count(*) FROM {} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0"
    hits = {
        table: await admin.fetchval(search.format(table), CANARY, CANARY.encode().hex())
        for (table,) in tables
    }
    return {table for table, count in hits.items() if count}


async def answer(admin: Connection, erasure_id: UUID) -> dict[str, Any]:
    """What billing said last of an erasure."""
    data = await admin.fetchval(
        "SELECT data FROM event_log WHERE aggregate_id = $1 ORDER BY id DESC LIMIT 1", str(erasure_id)
    )
    found: dict[str, Any] = orjson.loads(data)
    return found


async def check(town: Town, admin: Connection, person_id: UUID) -> list[dict[str, Any]]:
    asked = ErasureRequested(
        erasure_id=new_id(), person_id=person_id, territories=(town.territory,), requested_at=utc_now()
    )
    await town.hear(asked, PLATFORM)
    holds: list[dict[str, Any]] = (await answer(admin, asked.erasure_id))["holds"]
    return holds


async def test_what_is_not_invoiced_holds_an_erasure_up_and_what_is_invoiced_is_kept_by_law(
    town: Town, admin: Connection
) -> None:
    person_id = await town.register_person(CANARY, CANARY, f"1 rue {CANARY}")
    issuer_id = await a_selling_town(town)
    await town.hear(a_booking(town.site_id, Party(person_id=person_id)))
    [hold] = await check(town, admin, person_id)
    assert hold == {"territory_id": town.territory, "reason": "charge-to-invoice", "count": 1}
    await town.set_clock(at("2026-04-01 08:00"))
    await billed(town, issuer_id)
    assert await check(town, admin, person_id) == []
    erased = PersonErased(
        erasure_id=new_id(), person_id=person_id, territories=(town.territory,), erased_at=utc_now()
    )
    await town.hear(erased, PLATFORM)
    receipt = await answer(admin, erased.erasure_id)
    assert {each["place"]: each["rows"] for each in receipt["gone"]}["persons"] == 1
    kept = {each["place"]: (each["ground"], each["until"]) for each in receipt["kept"]}
    assert kept == {
        "invoices": ("accounting-law", "2037-01-01"),
        "postings": ("accounting-law", "2037-01-01"),
        "charges": ("names-nobody", None),
        "ledger_balances": ("names-nobody", None),
    }
    assert await canaries(admin) == {"invoices"}, "and yet the invoice names its customer, as the law wants"
    [invoice] = await invoices(town)
    pdf = await town.get(f"invoices/{invoice['invoice_id']}/pdf")
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF")
