"""SQL of sites, delegations and booking rules."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from booking.sites.model import Rules, Site
from chassis.db import Tx
from contracts.membership import DelegationGranted, SiteState


async def site(tx: Tx, site_id: UUID) -> Site | None:
    """Return the site with its rules, or None."""
    row = await tx.fetchrow(_SITE, tx.territory_id, site_id)
    return from_row(row) if row else None


def from_row(row: asyncpg.Record) -> Site:
    """Read a site from a row that has COLUMNS."""
    rules = Rules(**{name: row[name] for name in _RULES}) if row["hold_minutes"] is not None else Rules()
    return Site(row["site_id"], row["site_name"], row["zone"], rules)


async def lock(tx: Tx, site_id: UUID) -> None:
    """Let one change of the site's tree, hours or outages happen at a time."""
    await tx.execute(_LOCK, tx.territory_id, site_id)


async def keep_site(tx: Tx, told: SiteState) -> None:
    await tx.execute(_KEEP_SITE, tx.territory_id, told.site_id, told.name, told.zone)


async def keep_rules(tx: Tx, site_id: UUID, rules: Rules) -> None:
    await tx.execute(_KEEP_RULES, tx.territory_id, site_id, *astuple(rules))


async def keep_delegation(tx: Tx, told: DelegationGranted) -> None:
    await tx.execute(
        _KEEP_DELEGATION,
        tx.territory_id,
        told.delegation_id,
        told.operator_id,
        list(told.site_ids),
        list(told.acts),
        told.valid_from,
        told.valid_until,
    )


async def end_delegation(tx: Tx, delegation_id: UUID, ended_on: date) -> None:
    await tx.execute(_END_DELEGATION, tx.territory_id, delegation_id, ended_on)


async def delegate(tx: Tx, operators: Sequence[UUID], site: Site, act: str, day: date) -> UUID | None:
    """Return which of these operators is entrusted with the act at the site on that day, if any."""
    found: UUID | None = await tx.fetchval(
        _DELEGATE, tx.territory_id, list(operators), site.site_id, act, day
    )
    return found


_RULES: Final = [field.name for field in fields(Rules)]
COLUMNS: Final = f"s.site_id, s.name AS site_name, s.zone, {', '.join(f'u.{name}' for name in _RULES)}"

TABLES: Final = (
    "sites s LEFT JOIN booking_rules u ON u.territory_id = s.territory_id AND u.site_id = s.site_id"
)

_SITE = f"SELECT {COLUMNS} FROM {TABLES} WHERE s.territory_id = $1 AND s.site_id = $2"
_LOCK = "SELECT FROM sites WHERE territory_id = $1 AND site_id = $2 FOR NO KEY UPDATE"
_KEEP_SITE = """
INSERT INTO sites (territory_id, site_id, name, zone) VALUES ($1, $2, $3, $4)
ON CONFLICT (territory_id, site_id) DO UPDATE SET name = excluded.name, zone = excluded.zone
"""
_KEEP_RULES = f"""
INSERT INTO booking_rules (territory_id, site_id, {", ".join(_RULES)})
VALUES ($1, $2, {", ".join(f"${n}" for n, _ in enumerate(_RULES, start=3))})
ON CONFLICT (territory_id, site_id) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _RULES)}
"""
_KEEP_DELEGATION = """
INSERT INTO delegations (territory_id, delegation_id, operator_id, site_ids, acts, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (territory_id, delegation_id) DO UPDATE
SET operator_id = excluded.operator_id, site_ids = excluded.site_ids, acts = excluded.acts,
    valid_from = excluded.valid_from, valid_until = excluded.valid_until
"""
_END_DELEGATION = """
UPDATE delegations SET valid_until = $3
WHERE territory_id = $1 AND delegation_id = $2 AND (valid_until IS NULL OR valid_until > $3)
"""
_DELEGATE = """
SELECT operator_id FROM delegations
WHERE territory_id = $1 AND operator_id = ANY ($2) AND $3 = ANY (site_ids) AND $4 = ANY (acts)
    AND valid_from <= $5 AND (valid_until IS NULL OR valid_until > $5)
ORDER BY operator_id LIMIT 1
"""
