"""HTTP door of the answers to what is offered to who waits."""

from typing import Final
from uuid import UUID

from booking.offers import handlers
from booking.offers.handlers import AnswerOffer
from booking.waitlists.handlers import EntryView, at_entry
from chassis.http import Act, Body, Door, FromPath, Response, command


@command("/v1/territories/{siren:str}/waitlist/{entry_id:uuid}/accept")
async def accept_offer(door: Door, entry_id: FromPath[UUID], data: Body[AnswerOffer]) -> Response[EntryView]:
    """Take what is offered: it becomes a firm booking."""
    return await door.command(_change(door, entry_id), handlers.accept_offer, entry_id, data)


@command("/v1/territories/{siren:str}/waitlist/{entry_id:uuid}/decline")
async def decline_offer(door: Door, entry_id: FromPath[UUID], data: Body[AnswerOffer]) -> Response[EntryView]:
    """Give up what is offered: it goes to the next one."""
    return await door.command(_change(door, entry_id), handlers.decline_offer, entry_id, data, door.principal)


def _change(door: Door, entry_id: UUID) -> Act:
    return Act("booking:change", "waitlist entry", entry_id, at_entry(door.principal))


ROUTES: Final = [accept_offer, decline_offer]
