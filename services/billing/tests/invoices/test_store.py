"""Numbers without a gap, documents that never change, a chain that shows any change."""

import asyncio
import datetime as dt
import random
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from bill_run_builders import billed
from billing_builders import Town, a_price, at, done
from usage_builders import a_booking

from billing.invoices import store
from chassis.db import Database
from chassis.outbox import Connection
from chassis.testing import ServiceDatabase
from contracts.values import Party

WORKERS, ROUNDS = 16, 25


@pytest.fixture
async def wide(own_database: ServiceDatabase) -> AsyncIterator[Database]:
    """The database with a connection for each of sixteen workers."""
    database = await Database.connect(own_database.worker_url, role="billing_app", size=WORKERS)
    yield database
    await database.close()


class GivenUpError(Exception):
    """A worker undoes what it did."""


def maybe_give_up(chance: random.Random) -> None:
    """Give up one time in five."""
    if chance.random() < 0.2:
        raise GivenUpError


async def test_sixteen_workers_that_often_give_up_leave_no_gap_and_no_number_twice(
    town: Town, wide: Database
) -> None:
    issuer_id = await town.register_issuer()
    issued: list[store.Number] = []
    given_up = 0

    async def work(seed: int) -> None:
        nonlocal given_up
        chance = random.Random(seed)  # noqa: S311 - no secret
        for turn in range(ROUNDS):
            day = dt.date(2026, 3, 1) + dt.timedelta(days=(seed + turn) % 28)
            try:
                async with wide.tx(town.territory) as tx:
                    number = await store.next_number(tx, issuer_id, "380", day)
                    await asyncio.sleep(0)
                    maybe_give_up(chance)
            except GivenUpError:
                given_up += 1
            else:
                issued.append(number)

    await asyncio.gather(*(work(seed) for seed in range(WORKERS)))
    assert given_up > 0
    assert sorted(number.no for number in issued) == list(range(1, len(issued) + 1))
    assert len(issued) + given_up == WORKERS * ROUNDS
    dates = [number.issued_on for number in sorted(issued)]
    assert dates == sorted(dates)


async def test_each_year_kind_and_issuer_has_its_own_series(town: Town) -> None:
    first, second = await town.register_issuer(), await town.register_issuer()
    async with town.database.tx(town.territory) as tx:
        drawn = [
            (await store.next_number(tx, issuer_id, kind, dt.date(year, 5, 1))).no
            for issuer_id in (first, second)
            for kind in ("380", "381")
            for year in (2026, 2027)
            for _ in range(2)
        ]
    assert drawn == [1, 2] * 8


@pytest.fixture
async def issuer_id(town: Town) -> UUID:
    """An issuer with three invoices."""
    issuer = await town.register_issuer(number_prefix="CA")
    await town.publish(issuer, a_price())
    for n in range(3):
        payer = Party(person_id=await town.register_person(f"Nom {n}"))
        await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    await billed(town, issuer)
    return issuer


@pytest.mark.parametrize("table", ["invoices", "invoice_files", "journal_entries", "postings"])
async def test_what_is_issued_is_never_changed_whoever_asks(
    town: Town, issuer_id: UUID, admin: Connection, table: str
) -> None:
    for statement in (f"UPDATE {table} SET territory_id = territory_id", f"DELETE FROM {table}"):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="are final"):
            await admin.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with town.database.tx(town.territory) as tx:
                await tx.execute(statement)


async def test_the_chain_holds_until_a_byte_is_flipped_and_then_shows_where(
    town: Town, issuer_id: UUID, admin: Connection
) -> None:
    path = f"issuers/{issuer_id}/chain"
    assert done(await town.get(path)) == {"length": 3, "intact": True, "first_broken": None}
    change = "UPDATE invoices SET {} WHERE issuer_id = $1 AND link = $2"
    for rank, tampering in (
        (2, "content = replace(content, '\"minor\":2400', '\"minor\":2300')"),
        (3, "document_digest = reverse(document_digest)"),
        (1, "hash = reverse(hash)"),
    ):
        async with Tampering(admin):
            await admin.execute(change.format(tampering), issuer_id, rank)
            assert done(await town.get(path)) == {"length": 3, "intact": False, "first_broken": rank}
            await admin.execute(
                "UPDATE invoices i SET content = k.content, document_digest = k.document_digest,"
                " hash = k.hash FROM kept k WHERE k.invoice_id = i.invoice_id"
            )
    async with Tampering(admin):
        await admin.execute(
            "DELETE FROM invoice_files WHERE invoice_id IN (SELECT invoice_id FROM invoices WHERE link = 3)"
        )
        await admin.execute("DELETE FROM invoices WHERE issuer_id = $1 AND link = 3", issuer_id)
    assert done(await town.get(path)) == {"length": 3, "intact": False, "first_broken": None}


class Tampering:
    """The time in which a superuser switches the triggers off, with a copy to put things back."""

    def __init__(self, admin: Connection) -> None:
        self._admin = admin

    async def __aenter__(self) -> None:
        await self._admin.execute("SET session_replication_role = replica")
        await self._admin.execute("CREATE TEMP TABLE kept AS TABLE invoices")

    async def __aexit__(self, *_: object) -> None:
        await self._admin.execute("DROP TABLE kept; SET session_replication_role = origin")


async def test_numbers_bear_the_prefix_of_their_issuer(town: Town, issuer_id: UUID) -> None:
    items = done(await town.get("invoices"))["items"]
    assert sorted(each["number"] for each in items) == ["CA2026-000001", "CA2026-000002", "CA2026-000003"]
