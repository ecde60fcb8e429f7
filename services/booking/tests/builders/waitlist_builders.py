"""Lets people join a waitlist and answer offers, and tells what the tables and the log say of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from booking_builders import Hub, at

from booking.bookings.handlers import BookingView
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.offers.handlers import AnswerOffer, accept_offer, decline_offer
from booking.resources.handlers import ResourceView
from booking.waiting.handlers import JoinWaitlist, LeaveWaitlist, join_waitlist, leave_waitlist
from booking.waitlists.handlers import EntryView, entry_view
from chassis.decisions import Principal
from chassis.ids import new_id

AS_TOLD = (
    "SELECT regexp_replace(type, '^.*Waitlist(.*)[.]v1$', '\\1') FROM event_log "
    "WHERE type LIKE '%Waitlist%' ORDER BY id"
)


async def wait(
    hub: Hub, room: ResourceView | None, person_id: UUID, start: float = 9, end: float = 10, **said: Any
) -> EntryView:
    """Let a person wait for a room, or by what else is said; by their own right, or as somebody else asks."""
    by: Principal = said.pop("by", None) or hub.principal(person_id)
    wish: dict[str, Any] = {"entry_id": new_id(), "person_id": person_id}
    if room:
        wish["resource_id"] = room.resource_id
    if "window" not in said:
        wish |= {"start": at(start), "end": at(end)}
    async with hub.database.tx(hub.territory) as tx:
        return await join_waitlist(tx, JoinWaitlist(**wish | said), by)


async def leave(hub: Hub, entry: EntryView, by: Principal | None = None, reason: str | None = None) -> None:
    async with hub.database.tx(hub.territory) as tx:
        who = by or hub.principal(entry.person_id)
        await leave_waitlist(tx, entry.entry_id, LeaveWaitlist(reason=reason), who)


async def accept(hub: Hub, entry: EntryView) -> EntryView:
    async with hub.database.tx(hub.territory) as tx:
        return await accept_offer(tx, entry.entry_id, AnswerOffer())


async def decline(hub: Hub, entry: EntryView) -> EntryView:
    async with hub.database.tx(hub.territory) as tx:
        return await decline_offer(tx, entry.entry_id, AnswerOffer(), hub.principal(entry.person_id))


async def give_up(hub: Hub, booking: BookingView) -> None:
    async with hub.database.tx(hub.territory) as tx:
        await cancel_booking(tx, booking.booking_id, CancelBooking(), hub.principal(booking.person_id))


async def now_of(hub: Hub, entry: EntryView) -> EntryView:
    """The entry as it is now."""
    async with hub.database.tx(hub.territory) as tx:
        found = await entry_view(tx, entry.entry_id)
    assert found is not None
    return found


async def state(hub: Hub, entry: EntryView) -> str:
    return (await now_of(hub, entry)).state


async def until(hub: Hub, entry: EntryView) -> datetime:
    """When the offer to an entry ends."""
    offer = (await now_of(hub, entry)).offer
    assert offer is not None
    return offer.expires_at


async def told(hub: Hub) -> list[str]:
    """The facts told about waitlists, in order, by their short names."""
    async with hub.database.tx(hub.territory) as tx:
        return [row[0] for row in await tx.fetch(AS_TOLD)]
