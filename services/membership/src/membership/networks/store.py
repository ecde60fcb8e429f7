"""Owns the SQL of networks: the platform's own rows, in scope only inside these functions."""

from datetime import date
from uuid import UUID

import asyncpg

from chassis.db import PLATFORM, Tx
from chassis.errors import NotFound
from chassis.idempotency import IdReused
from chassis.pages import Asked, Order, Page
from membership.networks.model import (
    Agreement,
    AlreadyInNetwork,
    AlreadyShared,
    FormNetwork,
    Member,
    Network,
    SignSharingAgreement,
)


async def insert(tx: Tx, wanted: FormNetwork) -> None:
    """Keep a new network with its first members; raises IdReused."""
    body = wanted.body.model_dump_json() if wanted.body else None
    try:
        async with tx.attempt():
            await tx.execute(_INSERT, wanted.network_id, wanted.name, wanted.kind, body, wanted.formed_on)
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(wanted.network_id)) from None
    members = sorted(wanted.territory_ids)
    await tx.execute(_INSERT_MEMBERS, wanted.network_id, members, wanted.formed_on)


async def locked(tx: Tx, network_id: UUID) -> Network:
    """Return a network, held for change until the end of the transaction; raises NotFound."""
    async with tx.platform():
        if await tx.fetchval(_LOCK, network_id):
            rows = await tx.fetch(f"{_NETWORKS} WHERE network_id = $1", network_id)
            return _network(rows[0])
    raise NotFound(what="network", id=str(network_id))


async def join(tx: Tx, network_id: UUID, member: Member) -> None:
    """Add a member; raises AlreadyInNetwork."""
    values = network_id, [member.territory_id], member.joined_on
    async with tx.platform():
        try:
            async with tx.attempt():
                await tx.execute(_INSERT_MEMBERS, *values)
        except asyncpg.ExclusionViolationError:
            raise AlreadyInNetwork(
                territory_id=member.territory_id, joined_on=member.joined_on.isoformat()
            ) from None


async def leave(tx: Tx, network_id: UUID, member: Member, left_on: date) -> None:
    async with tx.platform():
        await tx.execute(_LEAVE, network_id, member.territory_id, member.joined_on, left_on)


async def sign(tx: Tx, wanted: SignSharingAgreement) -> None:
    """Keep an agreement; raises AlreadyShared, IdReused."""
    dates = wanted.valid_from, wanted.valid_until
    parties = sorted(wanted.territory_ids)
    try:
        async with tx.attempt():
            await tx.execute(_SIGN, wanted.agreement_id, wanted.network_id, wanted.kind, parties, *dates)
    except asyncpg.ExclusionViolationError:
        raise AlreadyShared(kind=wanted.kind) from None
    except asyncpg.UniqueViolationError:
        raise IdReused(id=str(wanted.agreement_id)) from None


async def agreement(tx: Tx, agreement_id: UUID) -> Agreement | None:
    """Return an agreement, held for change, in a transaction of the platform."""
    row = await tx.fetchrow(f"{_AGREEMENT} FOR UPDATE", agreement_id)
    return Agreement(**row) if row else None


async def agreements_with(tx: Tx, kind: str, other_id: str) -> list[Agreement]:
    """Return the agreements to share one kind that bind this transaction's territory and another one."""
    async with tx.platform():
        rows = await tx.fetch(_BETWEEN, kind, [tx.territory_id, other_id])
    return [Agreement(**row) for row in rows]


async def partners(tx: Tx, kind: str, day: date) -> list[str]:
    """Return the territories with which this transaction's territory shares one kind on a day."""
    async with tx.platform():
        rows = await tx.fetch(_PARTNERS, kind, tx.territory_id, day)
    return [row["partner"] for row in rows]


async def end(tx: Tx, agreement_id: UUID, ended_on: date, reason: str | None) -> None:
    await tx.execute(_END, agreement_id, ended_on, reason)


async def network(tx: Tx, network_id: UUID) -> Network | None:
    """Return one network, in a transaction of the platform."""
    row = await tx.fetchrow(f"{_NETWORKS} WHERE network_id = $1", network_id)
    return _network(row) if row else None


async def networks(tx: Tx, asked: Asked) -> Page[Network]:
    """Return every network by name, in a transaction of the platform."""
    order = Order("name text", "network_id uuid")
    rows = await tx.fetch(f"{_NETWORKS} WHERE true{order.tail(asked, 1)}", *asked.arguments)
    return order.page(asked, rows, _network)


async def networks_of(tx: Tx, asked: Asked) -> Page[Network]:
    """Return the networks that this transaction's territory is or was in, by name."""
    order = Order("name text", "network_id uuid")
    sql = f"{_NETWORKS} WHERE {_HAS_MEMBER}{order.tail(asked, 2)}"
    async with tx.platform():
        rows = await tx.fetch(sql, tx.territory_id, *asked.arguments)
    return order.page(asked, rows, _network)


def _network(row: asyncpg.Record) -> Network:
    return Network.model_validate_json(row["network"])


_INSERT = f"""
INSERT INTO networks (territory_id, network_id, name, kind, body, formed_on)
VALUES ('{PLATFORM}', $1, $2, $3, $4, $5)
"""

_INSERT_MEMBERS = f"""
INSERT INTO network_members (territory_id, network_id, member_id, during)
SELECT '{PLATFORM}', $1, member_id, daterange($3, NULL) FROM unnest($2::text[]) AS member_id
"""

_LOCK = "SELECT true FROM networks WHERE network_id = $1 FOR UPDATE"

_LEAVE = """
UPDATE network_members SET during = daterange($3, $4)
WHERE network_id = $1 AND member_id = $2 AND lower(during) = $3
"""

_SIGN = f"""
INSERT INTO sharing_agreements (
    territory_id, agreement_id, network_id, kind, territory_ids, valid_from, valid_until
)
VALUES ('{PLATFORM}', $1, $2, $3, $4, $5, $6)
"""

_AGREEMENTS = """
SELECT agreement_id, network_id, kind, territory_ids, valid_from, valid_until, ended_on, reason
FROM sharing_agreements
"""
_AGREEMENT = f"{_AGREEMENTS} WHERE agreement_id = $1"
_BETWEEN = f"{_AGREEMENTS} WHERE kind = $1 AND territory_ids @> $2 ORDER BY valid_from, agreement_id"
_PARTNERS = """
SELECT DISTINCT partner FROM sharing_agreements, unnest(territory_ids) AS partner
WHERE kind = $1 AND $2 = ANY (territory_ids) AND partner <> $2
    AND daterange(valid_from, coalesce(ended_on, valid_until)) @> $3::date
ORDER BY partner
"""

_END = "UPDATE sharing_agreements SET ended_on = $2, reason = $3 WHERE agreement_id = $1"

_HAS_MEMBER = """EXISTS (
    SELECT FROM network_members m WHERE m.network_id = networks.network_id AND m.member_id = $1)"""

_NETWORKS = """
SELECT name, network_id, jsonb_build_object(
    'network_id', network_id, 'name', name, 'kind', kind, 'body', body, 'formed_on', formed_on,
    'members', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'territory_id', member_id, 'joined_on', lower(during), 'left_on', upper(during)
        ) ORDER BY lower(during), member_id)
        FROM network_members m WHERE m.network_id = networks.network_id), '[]'),
    'agreements', coalesce((
        SELECT jsonb_agg(to_jsonb(a) - 'territory_id' ORDER BY valid_from, agreement_id)
        FROM sharing_agreements a WHERE a.network_id = networks.network_id), '[]')
) AS network
FROM networks
"""
