"""SQL of price books."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from billing.prices.model import Gap, Offer, PriceVersion, SoldPrice
from chassis.db import Tx
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from contracts.billing import Deliberation


class Book(NamedTuple):
    """A price book: its seller, and its last version with the day from which that holds."""

    price_book_id: UUID
    issuer_id: UUID
    last_version: int
    last_from: date


class Published(NamedTuple):
    """A published version and when it was published."""

    book: Book
    version: int
    published_at: datetime
    said: PriceVersion


ORDER: Final = Order("price_book_id uuid", "version integer")
BY_CODE: Final = Order("p.price_code text", "p.audience text")


async def insert_book(tx: Tx, price_book_id: UUID, issuer_id: UUID) -> None:
    """Add a price book that has no version yet; raises IdReused when its id names another one."""
    try:
        async with tx.attempt():
            await tx.execute(_INSERT_BOOK, tx.territory_id, price_book_id, issuer_id)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(price_book_id)) from None


async def lock_book(tx: Tx, price_book_id: UUID) -> Book | None:
    """Return the book, so that one version of it is published at a time."""
    row = await tx.fetchrow(_LOCK_BOOK, tx.territory_id, price_book_id)
    return Book(*row) if row else None


async def insert_version(
    tx: Tx, price_book_id: UUID, version: int, said: PriceVersion, now: datetime
) -> None:
    deliberation = said.deliberation.model_dump_json() if said.deliberation else None
    identity = (tx.territory_id, price_book_id, version)
    await tx.execute(_INSERT_VERSION, *identity, said.name, said.valid_from, deliberation, now)
    await tx.executemany(
        _INSERT_PRICE,
        [(*identity, each.price_code, each.audience or "", each.model_dump_json()) for each in said.prices],
    )


async def take_codes(tx: Tx, price_book_id: UUID, codes: Iterable[str]) -> str | None:
    """Make the codes the book's own; return one that belongs to another book, None when none does."""
    names = sorted(set(codes))
    await tx.execute(_TAKE_CODES, tx.territory_id, price_book_id, names)
    taken: str | None = await tx.fetchval(_TAKEN, tx.territory_id, price_book_id, names)
    return taken


async def offers(tx: Tx, price_code: str, day: date) -> list[Offer]:
    """Return what the version in force on the day says of the code, for each audience."""
    rows = await tx.fetch(_OFFERS, tx.territory_id, day, price_code)
    return [_offer(row) for row in rows]


async def passes(tx: Tx, asked: Asked, day: date) -> Page[Offer]:
    """Return the prices in force on the day that sell a pass."""
    rows = await tx.fetch(_PASSES + BY_CODE.tail(asked, 3), tx.territory_id, day, *asked.arguments)
    return BY_CODE.page(asked, rows, _offer)


async def gap(tx: Tx, day: date) -> Gap:
    """Say why nothing is offered for a code: nothing holds that day at all, or not for the code."""
    return "no_price_for_code" if await tx.fetchval(_ANY, tx.territory_id, day) else "no_price_book"


async def version(tx: Tx, price_book_id: UUID, number: int) -> Published | None:
    row = await tx.fetchrow(
        f"{_VERSIONS} AND v.price_book_id = $2 AND v.version = $3", tx.territory_id, price_book_id, number
    )
    return _published(row) if row else None


async def page(tx: Tx, asked: Asked) -> Page[Published]:
    rows = await tx.fetch(_VERSIONS + ORDER.tail(asked, 2), tx.territory_id, *asked.arguments)
    return ORDER.page(asked, rows, _published)


def _deliberation(row: asyncpg.Record) -> Deliberation | None:
    return Deliberation.model_validate_json(row["deliberation"]) if row["deliberation"] else None


def _offer(row: asyncpg.Record) -> Offer:
    return Offer(
        issuer_id=row["issuer_id"],
        price_book_id=row["price_book_id"],
        version=row["version"],
        book_name=row["name"],
        currency=row["currency"],
        deliberation=_deliberation(row),
        price=SoldPrice.model_validate_json(row["content"]),
    )


def _published(row: asyncpg.Record) -> Published:
    return Published(
        Book(row["price_book_id"], row["issuer_id"], row["last_version"], row["valid_from"]),
        row["version"],
        row["published_at"],
        PriceVersion(
            name=row["name"],
            valid_from=row["valid_from"],
            deliberation=_deliberation(row),
            prices=tuple(SoldPrice.model_validate_json(each) for each in row["prices"]),
        ),
    )


_INSERT_BOOK = """
INSERT INTO price_books (territory_id, price_book_id, issuer_id, last_version) VALUES ($1, $2, $3, 0)
"""
_LOCK_BOOK = """
SELECT b.price_book_id, b.issuer_id, b.last_version, coalesce(v.valid_from, '0001-01-01')
FROM price_books b LEFT JOIN price_versions v ON v.territory_id = b.territory_id
    AND v.price_book_id = b.price_book_id AND v.version = b.last_version
WHERE b.territory_id = $1 AND b.price_book_id = $2 FOR NO KEY UPDATE OF b
"""
_INSERT_VERSION = """
WITH numbered AS (
    UPDATE price_books SET last_version = $3 WHERE territory_id = $1 AND price_book_id = $2
)
INSERT INTO price_versions (territory_id, price_book_id, version, name, valid_from, currency, deliberation,
    published_at)
VALUES ($1, $2, $3, $4, $5, 'EUR', $6, $7)
"""
_INSERT_PRICE = """
INSERT INTO prices (territory_id, price_book_id, version, price_code, audience, content)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_TAKE_CODES = """
INSERT INTO price_codes (territory_id, price_code, price_book_id)
SELECT $1, code, $2 FROM unnest($3::text[]) code
ON CONFLICT DO NOTHING
"""
_TAKEN = """
SELECT price_code FROM price_codes
WHERE territory_id = $1 AND price_book_id <> $2 AND price_code = ANY ($3::text[]) ORDER BY price_code LIMIT 1
"""
# The last version that holds on the day, of the one book that owns the code.
_IN_FORCE = """
SELECT b.issuer_id, v.price_book_id, v.version, v.name, v.currency, v.deliberation, p.content,
    p.price_code, p.audience
FROM price_codes c
JOIN price_books b ON b.territory_id = c.territory_id AND b.price_book_id = c.price_book_id
JOIN LATERAL (
    SELECT * FROM price_versions v
    WHERE v.territory_id = c.territory_id AND v.price_book_id = c.price_book_id AND v.valid_from <= $2
    ORDER BY v.version DESC LIMIT 1
) v ON true
JOIN prices p ON p.territory_id = v.territory_id AND p.price_book_id = v.price_book_id
    AND p.version = v.version AND p.price_code = c.price_code
WHERE c.territory_id = $1
"""
_OFFERS = f"{_IN_FORCE} AND c.price_code = $3 ORDER BY p.audience"
_PASSES = f"{_IN_FORCE} AND jsonb_typeof(p.content->'opens') = 'object'"
_ANY = "SELECT true FROM price_versions WHERE territory_id = $1 AND valid_from <= $2 LIMIT 1"
_VERSIONS = """
SELECT v.*, b.issuer_id, b.last_version, ARRAY(
    SELECT p.content::text FROM prices p WHERE p.territory_id = v.territory_id
        AND p.price_book_id = v.price_book_id AND p.version = v.version ORDER BY p.price_code, p.audience
) AS prices
FROM price_versions v JOIN price_books b ON b.territory_id = v.territory_id
    AND b.price_book_id = v.price_book_id
WHERE v.territory_id = $1
"""
