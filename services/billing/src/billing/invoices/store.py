"""SQL of invoices, of their numbers and of the chain they form."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from billing.invoices.model import FIRST_LINK, Invoice
from billing.parties.model import key_of
from chassis.db import Tx
from chassis.pages import Asked, Order, Page

NEWEST: Final = Order("sealed_at timestamptz", "invoice_id uuid", descending=True)


class Number(NamedTuple):
    """A number just drawn, and the date its document must bear: never before that of the one before."""

    no: int
    year: int
    issued_on: date


class Link(NamedTuple):
    """A place in the chain of an issuer: its rank from 1, and the hash it continues."""

    rank: int
    previous_hash: str


class Seal(NamedTuple):
    """What makes a document final: its number, its place in the chain, its hash and its PDF's digest."""

    number: Number
    link: Link
    hash: str
    document_digest: str


class Sealed(NamedTuple):
    """An invoice with its place in the chain, as stored."""

    link: Link
    text: str
    document_digest: str
    hash: str


async def next_number(tx: Tx, issuer_id: UUID, kind: str, day: date) -> Number:
    """Draw the next number of the series of the year; others wait until this transaction ends."""
    (row,) = await tx.fetch(_NEXT_NUMBER, tx.territory_id, issuer_id, kind, day.year, day)
    return Number(row["last_no"], day.year, row["last_issued_on"])


async def next_link(tx: Tx, issuer_id: UUID) -> Link:
    """Return the next place of the issuer's chain, locked."""
    (row,) = await tx.fetch(_NEXT_LINK, tx.territory_id, issuer_id, FIRST_LINK)
    return Link(row["length"] + 1, row["last_hash"])


async def insert(tx: Tx, invoice: Invoice, seal: Seal, pdf: bytes, now: datetime) -> None:
    """Add a sealed invoice and its PDF, and let the chain end with it."""
    issuer_id = invoice.issuer.issuer_id
    await tx.execute(
        _INSERT,
        tx.territory_id,
        invoice.invoice_id,
        issuer_id,
        key_of(invoice.customer.party),
        invoice.bill_run_id,
        invoice.kind,
        seal.number.year,
        seal.number.no,
        invoice.number,
        invoice.issued_on,
        invoice.text,
        seal.link.rank,
        seal.link.previous_hash,
        seal.hash,
        seal.document_digest,
        now,
    )
    await tx.execute(_INSERT_FILE, tx.territory_id, invoice.invoice_id, pdf)
    await tx.execute(_CHAIN, tx.territory_id, issuer_id, seal.link.rank, seal.hash)


async def invoice(tx: Tx, invoice_id: UUID) -> Invoice | None:
    text = await tx.fetchval(_ONE, tx.territory_id, invoice_id)
    return Invoice.model_validate_json(text) if text else None


async def pdf(tx: Tx, invoice_id: UUID) -> tuple[str, str, bytes] | None:
    """Return the number, the digest and the bytes of the PDF."""
    row = await tx.fetchrow(_FILE, tx.territory_id, invoice_id)
    return (row["number"], row["document_digest"], row["pdf"]) if row else None


async def page(tx: Tx, asked: Asked, customer_ids: Sequence[UUID] | None) -> Page[asyncpg.Record]:
    """Return invoices, newest first; of these customers only, if they are given."""
    ids = list(customer_ids) if customer_ids is not None else None
    rows = await tx.fetch(_LIST + NEWEST.tail(asked, 3), tx.territory_id, ids, *asked.arguments)
    return NEWEST.page(asked, rows, lambda row: row)


async def chain(tx: Tx, issuer_id: UUID, after: int, most: int) -> list[Sealed]:
    """Return links of the chain in order."""
    rows = await tx.fetch(_CHAINED, tx.territory_id, issuer_id, after, most)
    return [Sealed(Link(row[0], row[1]), row[2], row[3], row[4]) for row in rows]


async def chain_end(tx: Tx, issuer_id: UUID) -> Link:
    """Return how long the chain is and the hash it ends with."""
    row = await tx.fetchrow(_CHAIN_END, tx.territory_id, issuer_id)
    return Link(row[0], row[1]) if row else Link(0, FIRST_LINK)


_NEXT_NUMBER = """
INSERT INTO number_series AS s (territory_id, issuer_id, kind, year, last_no, last_issued_on)
VALUES ($1, $2, $3, $4, 1, $5)
ON CONFLICT (territory_id, issuer_id, kind, year) DO UPDATE
SET last_no = s.last_no + 1, last_issued_on = greatest(s.last_issued_on, excluded.last_issued_on)
RETURNING last_no, last_issued_on
"""
_NEXT_LINK = """
INSERT INTO document_chains AS c (territory_id, issuer_id, length, last_hash) VALUES ($1, $2, 0, $3)
ON CONFLICT (territory_id, issuer_id) DO UPDATE SET length = c.length RETURNING length, last_hash
"""
_INSERT = """
INSERT INTO invoices (territory_id, invoice_id, issuer_id, customer_id, bill_run_id, kind, year, no, number,
    issued_on, content, link, previous_hash, hash, document_digest, sealed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_INSERT_FILE = "INSERT INTO invoice_files (territory_id, invoice_id, pdf) VALUES ($1, $2, $3)"
_CHAIN = """
UPDATE document_chains SET length = $3, last_hash = $4 WHERE territory_id = $1 AND issuer_id = $2
"""
_ONE = "SELECT content FROM invoices WHERE territory_id = $1 AND invoice_id = $2"
_FILE = """
SELECT i.number, i.document_digest, f.pdf FROM invoices i
JOIN invoice_files f ON f.territory_id = i.territory_id AND f.invoice_id = i.invoice_id
WHERE i.territory_id = $1 AND i.invoice_id = $2
"""
_LIST = """
SELECT invoice_id, content, hash, document_digest, sealed_at FROM invoices
WHERE territory_id = $1 AND ($2::uuid[] IS NULL OR customer_id = ANY ($2))
"""
_CHAINED = """
SELECT link, previous_hash, content, document_digest, hash FROM invoices
WHERE territory_id = $1 AND issuer_id = $2 AND link > $3 ORDER BY link LIMIT $4
"""
_CHAIN_END = "SELECT length, last_hash FROM document_chains WHERE territory_id = $1 AND issuer_id = $2"
