"""Takes parcels and letters in, hands them over, sends them back."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from booking.deliveries import store
from booking.deliveries.model import Delivery
from booking.people.handlers import names, opened, sealed
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from contracts.booking import DeliveryHandedOver, DeliveryReceived, DeliveryReturned
from contracts.values import Instant, Party

_FIELD = "sender"


class ReceiveDelivery(BaseModel):
    """Take something in for somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delivery_id: UUID
    kind: Literal["parcel", "letter"]
    addressee: Party
    sender: (
        Annotated[
            str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
        ]
        | None
    ) = None


class HandOver(BaseModel):
    """Give it to somebody: the addressee, or whoever takes it for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    handed_to: UUID


class ReturnDelivery(BaseModel):
    """Send it back."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DeliveryShown(BaseModel):
    """What waits at the desk, with names where they still open."""

    delivery_id: UUID
    site_id: UUID
    kind: str
    addressee: Party
    addressee_name: str | None
    sender: str | None
    received_at: Instant
    state: str


class DeliveryRef(BaseModel):
    """Which delivery was meant, and what became of it; an answer that is kept holds no name."""

    delivery_id: UUID
    state: str


async def receive_delivery(
    tx: Tx, site_id: UUID, wanted: ReceiveDelivery, principal: Principal
) -> DeliveryRef:
    """Take something in; who sent it is sealed for the addressee. Raises PersonUnheard, IdReused."""
    site, now = await known_site(tx, site_id), await tx.now()
    keeper = wanted.addressee.person_id or principal.person_id
    await know(tx, keeper)
    sender = await sealed(tx, keeper, _FIELD, wanted.sender) if wanted.sender else None
    new = Delivery(wanted.delivery_id, site_id, wanted.kind, wanted.addressee, keeper, sender, now)
    await store.insert(tx, new)
    tx.emit(DeliveryReceived(**said(new, site), received_at=now), site_id=str(site_id))
    return _ref(new)


async def hand_over(tx: Tx, delivery_id: UUID, command: HandOver) -> DeliveryRef:
    """Note who took it. Raises DeliverySettled."""
    now = await tx.now()
    given = (await _known(tx, delivery_id)).handed_over(command.handed_to, now)
    await know(tx, command.handed_to)
    site = await _saved(tx, given)
    told = DeliveryHandedOver(**said(given, site), handed_to=command.handed_to, handed_over_at=now)
    tx.emit(told, site_id=str(site.site_id))
    return _ref(given)


async def return_delivery(tx: Tx, delivery_id: UUID, _command: ReturnDelivery) -> DeliveryRef:
    """Note that it went back. Raises DeliverySettled."""
    now = await tx.now()
    returned = (await _known(tx, delivery_id)).returned(now)
    site = await _saved(tx, returned)
    tx.emit(DeliveryReturned(**said(returned, site), returned_at=now), site_id=str(site.site_id))
    return _ref(returned)


async def waiting(tx: Tx, asked: Asked, site_id: UUID | None, person_id: UUID | None) -> Page[DeliveryShown]:
    """List what waits at a site or for a person, the oldest first."""
    page = await store.waiting(tx, asked, site_id, person_id)
    return Page(await _shown(tx, page.items), page.last)


def at_delivery(principal: Principal) -> Lookup:
    """Find out where a delivery is, for the decision whether the caller may act on it."""

    async def look(tx: Tx, delivery_id: UUID) -> Target | None:
        site = await store.site(tx, delivery_id)
        return await target(tx, site, principal) if site else None

    return look


def said(delivery: Delivery, site: Site) -> dict[str, Any]:
    """Return the fields that every event about a delivery carries."""
    return {
        "delivery_id": delivery.delivery_id,
        "site_id": delivery.site_id,
        "site_name": site.name,
        "kind": delivery.kind,
        "addressee": delivery.addressee,
        "sealed_for": delivery.sealed_for,
        "sender": delivery.sender,
    }


async def _shown(tx: Tx, found: Sequence[Delivery]) -> list[DeliveryShown]:
    senders = await opened(tx, [(each.sealed_for, _FIELD, each.sender) for each in found if each.sender])
    by_delivery = dict(zip((each.delivery_id for each in found if each.sender), senders, strict=True))
    known = await names(tx, (each.addressee.person_id for each in found if each.addressee.person_id))
    return [
        DeliveryShown(
            delivery_id=each.delivery_id,
            site_id=each.site_id,
            kind=each.kind,
            addressee=each.addressee,
            addressee_name=known.get(each.addressee.person_id) if each.addressee.person_id else None,
            sender=by_delivery.get(each.delivery_id),
            received_at=each.received_at,
            state=each.state,
        )
        for each in found
    ]


async def _known(tx: Tx, delivery_id: UUID) -> Delivery:
    found = await store.locked(tx, delivery_id)
    if found is None:
        raise NotFound(what="delivery", id=str(delivery_id))
    return found


async def _saved(tx: Tx, settled: Delivery) -> Site:
    await store.save(tx, settled)
    return await known_site(tx, settled.site_id)


def _ref(delivery: Delivery) -> DeliveryRef:
    return DeliveryRef(delivery_id=delivery.delivery_id, state=delivery.state)
