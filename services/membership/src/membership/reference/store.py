"""Owns the SQL of the public registers: loading them whole, and finding groupings, towns and places."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

import asyncpg

from chassis.db import Tx
from chassis.outbox import Connection
from chassis.pages import Asked, Order, Page
from membership.reference.model import (
    Dataset,
    Flaw,
    Grouping,
    GroupingShown,
    Loaded,
    LocatedPlace,
    LostPlace,
    Match,
    ThirdPlace,
    Town,
    TownShown,
    normalised,
)

_LOADING = 4_839_301  # our number among the advisory locks of this database

Row = tuple[Any, ...]


async def connect(url: str) -> Connection:
    """Connect as the owner of the tables, who alone may fill them."""
    return cast("Connection", await asyncpg.connect(url))


async def lock(connection: Connection) -> None:
    """Keep other loads out until the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOADING)


async def loaded_digests(connection: Connection) -> dict[str, bytes]:
    rows = await connection.fetch("SELECT dataset, digest FROM reference_loads")
    return {row["dataset"]: row["digest"] for row in rows}


async def clear(connection: Connection) -> None:
    """Empty the registers for a new load; readers see the old rows until it commits."""
    await connection.execute(
        "DELETE FROM reference_flaws; DELETE FROM reference_loads; DELETE FROM third_places; "
        "DELETE FROM towns; DELETE FROM groupings"
    )


async def fill_groupings(connection: Connection, dataset: Dataset, groupings: Iterable[Grouping]) -> None:
    rows = (
        (
            *(g.siren, g.name, normalised(g.name), g.kind, list(g.departements), g.town_count),
            *(g.population_municipal, g.population_total, dataset.source, dataset.year),
        )
        for g in groupings
    )
    await _copy(connection, "groupings", rows)


async def fill_towns(connection: Connection, dataset: Dataset, towns: Iterable[Town]) -> None:
    rows = (
        (
            *(t.town_code, t.name, normalised(t.name), t.siren, list(t.postcodes), t.departement),
            *(t.grouping_siren, t.population, dataset.source, dataset.year),
        )
        for t in towns
    )
    await _copy(connection, "towns", rows)


async def fill_third_places(
    connection: Connection, dataset: Dataset, places: Iterable[tuple[ThirdPlace, Match | None]]
) -> None:
    rows = (
        (
            *(
                dataset.name,
                p.source_row,
                p.name,
                p.address,
                p.postcode,
                p.town_name,
                p.latitude,
                p.longitude,
            ),
            *((match.town_code, match.rule, match.other_town_code) if match else (None, None, None)),
        )
        for p, match in places
    )
    await _copy(connection, "third_places", rows)


async def note_load(connection: Connection, digest: bytes, load: Loaded, flaws: Sequence[Flaw]) -> None:
    """Keep what a load read and kept, and each flaw."""
    counts = load.rows_read, load.rows_kept
    await connection.execute(_NOTE_LOAD, load.dataset, load.source, digest, *counts)
    rows = ((load.dataset, flaw.row_id, flaw.flaw, flaw.kept) for flaw in flaws)
    await _copy(connection, "reference_flaws", rows)


async def grouping(tx: Tx, siren: str) -> GroupingShown | None:
    row = await tx.fetchrow(f"{_GROUPINGS} WHERE siren = $1", siren)
    return GroupingShown(**row) if row else None


async def groupings(tx: Tx, asked: Asked, name: str) -> Page[GroupingShown]:
    """Return the groupings whose name contains the words given, accents and case apart."""
    where = "WHERE strpos(search_name, $1) > 0"
    order = Order("search_name text", "siren text")
    rows = await tx.fetch(f"{_GROUPINGS} {where}{order.tail(asked, 2)}", normalised(name), *asked.arguments)
    return order.page(asked, rows, lambda row: GroupingShown(**row))


async def towns(tx: Tx, asked: Asked, grouping_siren: str) -> Page[TownShown]:
    """Return the towns of a grouping by name."""
    order = Order("search_name text", "town_code text")
    sql = f"{_TOWNS} WHERE grouping_siren = $1{order.tail(asked, 2)}"
    rows = await tx.fetch(sql, grouping_siren, *asked.arguments)
    return order.page(asked, rows, lambda row: TownShown(**row))


async def town(tx: Tx, town_code: str) -> TownShown | None:
    row = await tx.fetchrow(f"{_TOWNS} WHERE town_code = $1", town_code)
    return TownShown(**row) if row else None


async def loads(tx: Tx, asked: Asked) -> Page[Loaded]:
    """Return what was loaded, file by file."""
    order = Order("dataset text")
    rows = await tx.fetch(f"{_LOADS} WHERE true{order.tail(asked, 1)}", *asked.arguments)
    return order.page(asked, rows, lambda row: Loaded(**{**row, "flaws": json.loads(row["flaws"])}))


async def third_places(tx: Tx, dataset: str, grouping_siren: str) -> list[LocatedPlace]:
    """Return the third places of a file that lie in the towns of a grouping."""
    rows = await tx.fetch(_LOCATED, dataset, grouping_siren)
    return [LocatedPlace(**row) for row in rows]


async def lost_places(tx: Tx, dataset: str) -> list[LostPlace]:
    """Return the third places of a file whose town no rule finds."""
    return [LostPlace(**row) for row in await tx.fetch(_LOST, dataset)]


async def rows_read(tx: Tx, dataset: str) -> int:
    """Return how many rows a file has; none where it is not loaded."""
    rows: int | None = await tx.fetchval("SELECT rows_read FROM reference_loads WHERE dataset = $1", dataset)
    return rows or 0


async def _copy(connection: Connection, table: str, rows: Iterable[Row]) -> None:
    await connection.copy_records_to_table(table, records=rows)


_NOTE_LOAD = """
INSERT INTO reference_loads (dataset, source, digest, rows_read, rows_kept) VALUES ($1, $2, $3, $4, $5)
"""

_GROUPINGS = """
SELECT siren, name, kind, departements, town_count, population_municipal, population_total,
    population_source, population_year, search_name
FROM groupings
"""

_TOWNS = """
SELECT town_code, name, siren, postcodes, departement, grouping_siren, population, population_source,
    population_year, search_name
FROM towns
"""

_LOADS = """
SELECT dataset, source, rows_read, rows_kept, coalesce((
    SELECT jsonb_object_agg(flaw, counted)
    FROM (SELECT flaw, count(*) AS counted FROM reference_flaws f WHERE f.dataset = l.dataset GROUP BY 1) f
), '{}') AS flaws
FROM reference_loads l
"""

_LOCATED = """
SELECT p.source_row, p.name, p.address, p.postcode, p.latitude, p.longitude, p.matched_by, t.town_code,
    t.name AS town_name, t.postcodes AS town_postcodes, o.name AS other_town_name
FROM third_places p
JOIN towns t ON t.town_code = p.town_code
LEFT JOIN towns o ON o.town_code = p.other_town_code
WHERE p.source = $1 AND t.grouping_siren = $2 ORDER BY p.source_row
"""

_LOST = """
SELECT source_row, name, postcode, town_name FROM third_places
WHERE source = $1 AND town_code IS NULL ORDER BY source_row
"""
