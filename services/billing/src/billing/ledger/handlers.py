"""Enters what happens, once, and shows the books."""

import json
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from billing.issuers.handlers import known_issuer
from billing.issuers.model import Seller
from billing.ledger import model, store
from billing.ledger.model import Account, Entry, Side
from chassis.db import Tx
from chassis.pages import Asked, Page
from contracts.money import Money
from contracts.values import Day, Instant


class PostingView(BaseModel):
    """An amount on one side of an account; the party is nil where the account has none."""

    account: Account
    party_id: UUID
    side: Side
    amount: Money


class EntryView(BaseModel):
    """An entry with its postings, whose debits equal their credits."""

    entry_id: UUID
    kind: str
    cause_id: UUID
    effective_on: Day
    recorded_at: Instant
    postings: tuple[PostingView, ...]


class BalanceView(BaseModel):
    """What an account has taken on each side."""

    account: Account
    party_id: UUID
    debit: Money
    credit: Money


async def enter_invoice(
    tx: Tx, seller: Seller, invoice_id: UUID, issued_on: date, owed: tuple[UUID, int, int]
) -> None:
    """Enter an issued invoice; `owed` is the customer, what is owed without VAT, and the VAT on it."""
    entry = Entry(
        model.entry_id_of(tx.territory_id, "invoice", invoice_id),
        seller.issuer_id,
        "invoice",
        invoice_id,
        issued_on,
        model.invoice_postings(seller, *owed),
    )
    await store.insert(tx, entry, "EUR", await tx.now())


async def balance_page(tx: Tx, asked: Asked, issuer_id: UUID) -> Page[BalanceView]:
    await known_issuer(tx, issuer_id)
    page = await store.balances(tx, asked, issuer_id)
    items = [
        BalanceView(
            account=row["account"],
            party_id=row["party_id"],
            debit=Money(minor=row["debit_minor"], currency=row["currency"]),
            credit=Money(minor=row["credit_minor"], currency=row["currency"]),
        )
        for row in page.items
    ]
    return Page(items, page.last)


async def entry_page(tx: Tx, asked: Asked, issuer_id: UUID) -> Page[EntryView]:
    await known_issuer(tx, issuer_id)
    page = await store.entries(tx, asked, issuer_id)
    items = [EntryView(**{**row, "postings": json.loads(row["postings"])}) for row in map(dict, page.items)]
    return Page(items, page.last)
