"""No row of one territory is reached from another, in any table of billing, nor through its door."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from bill_run_builders import a_selling_town, billed, people
from billing_builders import Town, a_town, at, code, done
from fibre_builders import serve
from pass_builders import a_fact, a_town_with_packs, sell
from usage_builders import a_booking, a_membership, a_period

from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import row_security_faults
from contracts.booking import CreditsSpent
from contracts.values import Party

OF_THE_PLATFORM = {"persons", "organisations", "subject_key"}
EMPTY = {"relay_lease", "watermark", "lane", "lane_event", "quarantine", "effect", "jwks"}  # the chassis' own


@pytest.fixture
async def other_town(
    database: Database, worker_database: Database, other_territory: str, tmp_path: Path
) -> AsyncIterator[Town]:
    """A second territory on the same installation."""
    async with a_town(database, worker_database, other_territory, tmp_path) as town:
        yield town


async def plant(town: Town) -> Party:
    """Write a row into every table; return who pays."""
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    company = await town.register_organisation()
    await town.affiliate(new_id(), company)
    done(await serve(town))
    done(
        await town.post(
            "fibre-lines",
            town.headers("hub-manager"),
            line_id=new_id(),
            site_id=town.site_id,
            customer={"organisation_id": company},
        )
    )
    sold = done(await sell(town, await a_town_with_packs(town)))
    await town.hear(a_fact(CreditsSpent, sold, spent=Decimal(1)))
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.hear(booking.model_copy(update={"period": a_period(end="2026-03-12 18:00")}))
    await town.hear(a_membership(payer))
    await town.set_clock(at("2026-04-01 09:00"))
    await billed(town, issuer_id)
    return payer


async def tables(admin: Connection) -> list[str]:
    rows = await admin.fetch(
        "SELECT c.relname FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'territory_id' "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [row[0] for row in rows]


async def test_the_catalogue_shows_no_way_past_row_security(admin: Connection) -> None:
    assert await row_security_faults(admin) == []


async def test_rows_planted_in_two_territories_are_each_seen_by_their_own_only(
    town: Town, other_town: Town, admin: Connection
) -> None:
    for each in (town, other_town):
        await plant(each)
    probed = [name for name in await tables(admin) if name not in OF_THE_PLATFORM | EMPTY]
    assert {
        "charges",
        "charge_conflicts",
        "invoices",
        "invoice_files",
        "postings",
        "planned_invoices",
    } <= set(probed)
    for table in probed:
        for here in (town, other_town):
            async with here.database.tx(here.territory) as tx:
                rows = await tx.fetch(f"SELECT territory_id FROM {table}")
            assert {row[0] for row in rows} == {here.territory}, table


async def test_names_are_read_by_the_territory_that_knows_them_only(town: Town, other_town: Town) -> None:
    payer = await plant(town)
    for here, seen in ((town, 1), (other_town, 0)):
        async with here.database.tx(here.territory) as tx:
            rows = await tx.fetch("SELECT 1 FROM persons WHERE person_id = $1", payer.person_id)
        assert len(rows) == seen


async def test_foreign_things_and_things_that_are_not_look_the_same_at_the_door(
    town: Town, other_town: Town
) -> None:
    await plant(town)
    (invoice,) = done(await town.get("invoices"))["items"]
    (run,) = done(await town.get("bill-runs"))["items"]
    (line,) = done(await town.get("fibre-lines"))["items"]
    charge = done(await town.get("charges"))["items"][0]
    addresses = {
        "invoices": invoice["invoice_id"],
        "bill-runs": run["bill_run_id"],
        "fibre-lines": line["line_id"],
        "charges": charge["charge_id"],
        "issuers": invoice["issuer_id"],
    }
    for name, known in addresses.items():
        assert (await town.get(f"{name}/{known}")).status_code == 200, name
        foreign, missing = await other_town.get(f"{name}/{known}"), await other_town.get(f"{name}/{new_id()}")
        assert (code(foreign), code(missing)) == ("not-found", "not-found"), name
        assert done(await other_town.get(name))["items"] == [], name
        listed = await other_town.get(name, other_town.headers(where=town.territory))
        assert code(listed) == "forbidden", name


async def test_the_same_ids_in_two_territories_are_two_things(town: Town, other_town: Town) -> None:
    booking_id = new_id()
    for here in (town, other_town):
        await a_selling_town(here)
        (payer,) = await people(here, 1)
        await here.hear(a_booking(here.site_id, payer, booking_id=booking_id))
    found = [done(await here.get(f"charges?source_id={booking_id}"))["items"] for here in (town, other_town)]
    assert [len(items) for items in found] == [1, 1]
    assert found[0][0]["charge_id"] != found[1][0]["charge_id"]


async def test_a_row_of_another_territory_cannot_be_written(town: Town, other_territory: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with town.database.tx(town.territory) as tx:
            await tx.execute("INSERT INTO territory_zone VALUES ($1, 'Europe/Paris')", other_territory)
