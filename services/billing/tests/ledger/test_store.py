"""The books: balanced or refused, entered once, balances that are the sums of the postings."""

import asyncio
import datetime as dt
from itertools import product
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bill_run_builders import billed, people
from billing_builders import Town, a_price, a_seller, at, code, done
from hypothesis import given, settings
from hypothesis import strategies as st
from usage_builders import a_booking

from billing.ledger import store
from billing.ledger.model import NOBODY, Entry, Posting, entry_id_of, invoice_postings
from chassis.ids import new_id

MINORS = st.integers(0, 10**12)
REGIMES = ("private_operator", "private_mandatary", "public_regie", "public_titre")


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(REGIMES), st.sampled_from(["on_collection", "on_invoicing"]), MINORS, MINORS)
def test_what_an_invoice_enters_is_balanced_and_owed_by_its_customer(
    regime: str, vat_due: str, net: int, vat: int
) -> None:
    customer = new_id()
    found = invoice_postings(a_seller(regime=regime, vat_due=vat_due), customer, net, vat)
    sides = {side: sum(each.minor for each in found if each.side == side) for side in ("debit", "credit")}
    assert sides["debit"] == sides["credit"] == net + vat
    assert {each.party_id for each in found if each.account == "receivable"} <= {customer}
    accounts = {each.account for each in found}
    if regime == "private_mandatary":
        assert accounts <= {"receivable", "owed_to_principal"}
    else:
        assert ("vat_due" in accounts) == (vat_due == "on_invoicing" and vat > 0)


def an_entry(issuer_id: UUID, territory: str, debit: int, credit: int, cause: UUID | None = None) -> Entry:
    cause_id = cause or new_id()
    return Entry(
        entry_id_of(territory, "invoice", cause_id),
        issuer_id,
        "invoice",
        cause_id,
        dt.date(2026, 4, 1),
        (Posting("receivable", NOBODY, "debit", debit), Posting("revenue", NOBODY, "credit", credit)),
    )


async def enter(town: Town, entry: Entry) -> bool:
    async with town.database.tx(town.territory) as tx:
        return await store.insert(tx, entry, "EUR", await tx.now())


async def balances(town: Town, issuer_id: UUID) -> dict[str, tuple[int, int]]:
    items: list[dict[str, Any]] = done(await town.get(f"issuers/{issuer_id}/balances"))["items"]
    return {each["account"]: (each["debit"]["minor"], each["credit"]["minor"]) for each in items}


async def test_an_entry_that_does_not_balance_is_refused_when_the_transaction_ends(town: Town) -> None:
    issuer_id = await town.register_issuer()
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await enter(town, an_entry(issuer_id, town.territory, 100, 99))
    assert refused.value.constraint_name == "journal_entries_unbalanced"
    with pytest.raises(asyncpg.CheckViolationError):
        async with town.database.tx(town.territory) as tx:
            await tx.execute(
                "INSERT INTO journal_entries VALUES ($1, $2, $3, 'invoice', $2, '2026-04-01', now())",
                town.territory,
                new_id(),
                issuer_id,
            )
    assert await balances(town, issuer_id) == {}
    assert await enter(town, an_entry(issuer_id, town.territory, 100, 100))
    assert await balances(town, issuer_id) == {"receivable": (100, 0), "revenue": (0, 100)}


async def test_a_posting_added_to_a_balanced_entry_is_refused(town: Town) -> None:
    issuer_id = await town.register_issuer()
    entry = an_entry(issuer_id, town.territory, 100, 100)
    await enter(town, entry)
    with pytest.raises(asyncpg.CheckViolationError):
        async with town.database.tx(town.territory) as tx:
            await tx.execute(
                "INSERT INTO postings VALUES ($1, $2, 3, 'revenue', $3, 'credit', 1, 'EUR')",
                town.territory,
                entry.entry_id,
                NOBODY,
            )


async def test_one_cause_is_entered_once_however_many_say_it_at_once(town: Town) -> None:
    issuer_id = await town.register_issuer()
    entry = an_entry(issuer_id, town.territory, 250, 250)
    entered = await asyncio.gather(*(enter(town, entry) for _ in range(8)))
    assert sorted(entered) == [False] * 7 + [True]
    assert (await balances(town, issuer_id))["receivable"] == (250, 0)


async def test_balances_are_the_sums_of_the_postings_after_many_entries_at_once(town: Town) -> None:
    issuer_id = await town.register_issuer()
    amounts = [first * 7 + second for first, second in product(range(1, 9), range(1, 6))]
    await asyncio.gather(
        *(enter(town, an_entry(issuer_id, town.territory, minor, minor)) for minor in amounts)
    )
    assert await balances(town, issuer_id) == {
        "receivable": (sum(amounts), 0),
        "revenue": (0, sum(amounts)),
    }
    entries = done(await town.get(f"issuers/{issuer_id}/entries?limit=200"))["items"]
    posted = [each for entry in entries for each in entry["postings"] if each["account"] == "receivable"]
    assert sum(each["amount"]["minor"] for each in posted) == sum(amounts)


async def test_what_a_mandatary_bills_is_owed_to_its_principal_and_never_its_revenue(town: Town) -> None:
    issuer_id = await town.register_issuer(regime="private_mandatary", name="La Mêlée")
    await town.publish(issuer_id, a_price(), deliberation=None)
    (payer,) = await people(town, 1)
    await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    await billed(town, issuer_id)
    assert await balances(town, issuer_id) == {"receivable": (2880, 0), "owed_to_principal": (0, 2880)}


async def test_only_those_who_keep_accounts_read_the_books(town: Town) -> None:
    issuer_id = await town.register_issuer()
    for part in ("balances", "entries", "chain"):
        assert code(await town.get(f"issuers/{issuer_id}/{part}", town.headers("hub-manager"))) == "forbidden"
        assert code(await town.get(f"issuers/{new_id()}/{part}")) == "not-found"
