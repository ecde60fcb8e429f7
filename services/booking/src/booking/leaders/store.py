"""SQL of who may lead."""

from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.pages import Asked, Order, Page

BY_NAME: Final = Order("r.name text", "p.person_id uuid")


async def name_leader(tx: Tx, person_id: UUID, resource_id: UUID) -> bool:
    """Keep which resource stands for a person; False where the person has one."""
    return bool(await tx.fetchval(_NAME_LEADER, tx.territory_id, person_id, resource_id))


async def leaf_of(tx: Tx, person_id: UUID) -> UUID | None:
    found: UUID | None = await tx.fetchval(_LEAF_OF, tx.territory_id, person_id)
    return found


async def leaders(tx: Tx, asked: Asked) -> Page[tuple[UUID, UUID, str]]:
    """Return who may lead a session: person, resource, and what the resource is called."""
    rows = await tx.fetch(_LEADERS + BY_NAME.tail(asked, 2), tx.territory_id, *asked.arguments)
    return BY_NAME.page(asked, rows, lambda row: (row["person_id"], row["resource_id"], row["name"]))


_NAME_LEADER = """
INSERT INTO person_resources (territory_id, person_id, resource_id) VALUES ($1, $2, $3)
ON CONFLICT (territory_id, person_id) DO NOTHING RETURNING true
"""
_LEAF_OF = "SELECT resource_id FROM person_resources WHERE territory_id = $1 AND person_id = $2"
_LEADERS = """
SELECT p.person_id, p.resource_id, r.name FROM person_resources p
JOIN resources r ON r.territory_id = p.territory_id AND r.resource_id = p.resource_id
WHERE p.territory_id = $1
"""
