"""Registers the legal sellers of a territory."""

from uuid import UUID

from pydantic import ConfigDict

from billing.issuers import store
from billing.issuers.model import Line, Seller
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page


class RegisterIssuer(Seller):
    """Register a legal seller, with all that its invoices must say of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line


async def register_issuer(tx: Tx, command: RegisterIssuer) -> Seller:
    """Keep the seller; its name and regime stand on each document as they were then."""
    seller = Seller(**command.model_dump())
    await store.insert(tx, seller, await tx.now())
    return seller


async def known_issuer(tx: Tx, issuer_id: UUID) -> Seller:
    """Return the issuer; raises NotFound for one that the territory does not have."""
    found = await store.issuer(tx, issuer_id)
    if found is None:
        raise NotFound(what="issuer", id=str(issuer_id))
    return found


async def issuer_view(tx: Tx, issuer_id: UUID) -> Seller | None:
    return await store.issuer(tx, issuer_id)


async def issuer_page(tx: Tx, asked: Asked) -> Page[Seller]:
    return await store.page(tx, asked)
