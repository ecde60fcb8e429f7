"""Keeps agreements to share sessions in every territory that they bind, and asks them."""

from collections.abc import Collection
from datetime import date

from pydantic import BaseModel

from booking.sharing import model, store
from chassis.db import Tx
from contracts.membership import SharingAgreementEnded, SharingAgreementSigned

SHARED = "sessions"  # the kind of agreement


class SessionPartner(BaseModel):
    """A territory with which one shares sessions today."""

    territory_id: str


class SessionPartners(BaseModel):
    """All of them."""

    items: tuple[SessionPartner, ...]


async def keep(tx: Tx, told: SharingAgreementSigned) -> None:
    """Keep an agreement, in a transaction of the platform, and in each territory that it binds."""
    await store.keep(tx, told)
    for siren in told.territory_ids:
        async with tx.beside(siren):
            await store.keep(tx, told)


async def end(tx: Tx, told: SharingAgreementEnded) -> None:
    """End an agreement wherever it is kept: what was granted by it stays."""
    for siren in await store.end(tx, told.agreement_id, told.ended_on):
        async with tx.beside(siren):
            await store.end(tx, told.agreement_id, told.ended_on)


async def check_shared(tx: Tx, territory_ids: Collection[str], day: date) -> None:
    """Raise SessionsNotShared unless agreements share sessions with all of these on a day."""
    if territory_ids:
        model.check(territory_ids, await store.partners(tx, day), day)


async def partners(tx: Tx) -> SessionPartners:
    """Return with whom sessions are shared: the day is that of Greenwich, a session's own day decides."""
    found = await store.partners(tx, (await tx.now()).date())
    return SessionPartners(items=tuple(SessionPartner(territory_id=siren) for siren in found))
