"""Owns the SQL of `sites` and `site_imports`."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from chassis.db import Tx
from chassis.decisions import Target
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.sites.model import Site, SiteImport


async def site(tx: Tx, site_id: UUID) -> Site | None:
    row = await tx.fetchrow(_SITE, tx.territory_id, site_id)
    return Site(**row) if row else None


async def locked(tx: Tx, site_id: UUID) -> Site | None:
    """Return a site, held for change until the end of the transaction."""
    row = await tx.fetchrow(f"{_SITE} FOR UPDATE", tx.territory_id, site_id)
    return Site(**row) if row else None


async def target(tx: Tx, site_id: UUID) -> Target | None:
    """Say where a site is, for the decision who may act on it."""
    found = await tx.fetchval(f"SELECT true FROM ({_SITE}) s", tx.territory_id, site_id)
    return Target(tx.territory_id, site_id=site_id) if found else None


async def among(tx: Tx, site_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these are sites of the territory."""
    rows = await tx.fetch(_AMONG, tx.territory_id, list(site_ids))
    return {row["site_id"] for row in rows}


async def sites(tx: Tx, asked: Asked) -> Page[Site]:
    """Return the sites of the territory by name."""
    order = Order("name text", "site_id uuid")
    rows = await tx.fetch(f"{_SITES}{order.tail(asked, 2)}", tx.territory_id, *asked.arguments)
    return order.page(asked, rows, lambda row: Site(**row))


async def insert(tx: Tx, sites: Sequence[Site]) -> set[UUID]:
    """Keep sites and return those that are new: a row of a file becomes one site, whoever imports it.

    Raises IdReused.
    """
    columns = [[getattr(site, column) for site in sites] for column in _COLUMNS]
    try:
        async with tx.attempt():
            rows = await tx.fetch(_INSERT, tx.territory_id, *columns)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(sites[0].site_id)) from None
    return {row["site_id"] for row in rows}


async def update(tx: Tx, site: Site) -> None:
    values = (getattr(site, column) for column in _COLUMNS[:10])
    await tx.execute(_UPDATE, tx.territory_id, *values)


async def imported_rows(tx: Tx, source: str, source_rows: Collection[str]) -> set[str]:
    """Return which rows of a file are sites of the territory already."""
    rows = await tx.fetch(_IMPORTED, tx.territory_id, source, list(source_rows))
    return {row["source_row"] for row in rows}


async def note_import(tx: Tx, report: SiteImport) -> None:
    """Keep what an import did; raises IdReused."""
    try:
        async with tx.attempt():
            await tx.execute(_NOTE_IMPORT, tx.territory_id, report.import_id, report.model_dump_json())
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(report.import_id)) from None


async def site_import(tx: Tx, import_id: UUID) -> SiteImport | None:
    report = await tx.fetchval(_IMPORT, tx.territory_id, import_id)
    return SiteImport.model_validate_json(report) if report else None


_COLUMNS = (
    "site_id",
    "name",
    "address",
    "postcode",
    "town_code",
    "town_name",
    "zone",
    "latitude",
    "longitude",
    "matched_by",
    "source",
    "source_row",
    "opened_on",
)

_SITES = f"SELECT {', '.join(_COLUMNS)} FROM sites WHERE territory_id = $1"
_SITE = f"{_SITES} AND site_id = $2"
_AMONG = "SELECT site_id FROM sites WHERE territory_id = $1 AND site_id = ANY ($2)"

# Rows come in the order of the file, so that two imports at once wait for each other and never both.
_INSERT = f"""
INSERT INTO sites (territory_id, {", ".join(_COLUMNS)})
SELECT $1, * FROM unnest(
    $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::float8[], $10::float8[], $11::text[], $12::text[], $13::text[], $14::date[])
ON CONFLICT ON CONSTRAINT sites_imported_twice DO NOTHING
RETURNING site_id
"""

_UPDATE = """
UPDATE sites SET name = $3, address = $4, postcode = $5, town_code = $6, town_name = $7, zone = $8,
    latitude = $9, longitude = $10, matched_by = $11
WHERE territory_id = $1 AND site_id = $2
"""

_IMPORTED = """
SELECT source_row FROM sites WHERE territory_id = $1 AND source = $2 AND source_row = ANY ($3)
"""

_NOTE_IMPORT = "INSERT INTO site_imports (territory_id, import_id, report) VALUES ($1, $2, $3)"
_IMPORT = "SELECT report FROM site_imports WHERE territory_id = $1 AND import_id = $2"
