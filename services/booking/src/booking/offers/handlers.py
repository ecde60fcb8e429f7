"""Offers what came free to who waits, one in one transaction, hears the answer, tells what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from booking.arrivals.handlers import review_rights
from booking.bookings.handlers import ConfirmBooking, HoldBooking, confirm_booking, hold_booking
from booking.bookings.model import NotPossibleNow, SlotTaken
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.openings.model import Interval
from booking.releases.handlers import FREED, OFFER, freed
from booking.rights.handlers import check_caught_up
from booking.waitlists import store
from booking.waitlists.handlers import EntryView, Fit, fits, known_entry, offer_said, said, view
from booking.waitlists.model import Entry, NotWaiting, Offer
from chassis.db import Tx
from chassis.decisions import Grant, Principal
from chassis.errors import CatchingUp, Refused
from chassis.ids import new_id
from chassis.timers import Timer, set_timer
from contracts.booking import (
    WaitlistEnded,
    WaitlistOffer,
    WaitlistOfferAccepted,
    WaitlistOfferDeclined,
    WaitlistOfferExpired,
    WaitlistOfferMade,
)

_SOON: Final = timedelta(seconds=2)


class AnswerOffer(BaseModel):
    """Accept or decline what is offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def accept_offer(tx: Tx, entry_id: UUID, _command: AnswerOffer) -> EntryView:
    """Make what is offered a firm booking; refused from the offer's last instant on."""
    entry = await known_entry(tx, entry_id)
    accepted = entry.answered("accepted", "accepted")
    if entry.offer:
        with _unless_over(entry.offer, "accepted"):
            await confirm_booking(tx, entry.offer.booking_id, ConfirmBooking())
    return await _settle(tx, accepted)


async def decline_offer(tx: Tx, entry_id: UUID, _command: AnswerOffer, principal: Principal) -> EntryView:
    """Give up what is offered: it goes to the next one, and the entry ends."""
    entry = await known_entry(tx, entry_id)
    declined = entry.answered("declined", "declined")
    if entry.offer:
        with _unless_over(entry.offer, "declined"):
            await cancel_booking(tx, entry.offer.booking_id, CancelBooking(), principal)
    return await _settle(tx, declined)


async def offer_freed(tx: Tx, timer: Timer) -> None:
    """Offer what was freed to the first who waits and may have it; who comes after is asked right after.

    Entries are asked in order, each locked: two releases at once find the same first one, and the second
    sees that it has its offer. What is free is read anew, for somebody else may have taken it meanwhile.
    """
    await settle_offers(tx)
    now = await tx.now()
    try:
        check_caught_up()
    except CatchingUp:
        await set_timer(tx, FREED, timer.timer_id, now + _SOON, timer.data)
        return
    leaf_ids = [UUID(leaf_id) for leaf_id in timer.data["leaf_ids"]]
    end = timer.data["end"]
    span = datetime.fromisoformat(timer.data["start"]), datetime.fromisoformat(end) if end else None
    for entry_id in await store.waiting(tx, leaf_ids, *span):
        if await _offered(tx, entry_id, leaf_ids, now):
            await set_timer(tx, FREED, timer.timer_id, now, timer.data)
            return


async def settle_offers(tx: Tx, _timer: Timer | None = None) -> None:
    """Tell what became of offers whose booking was confirmed, given up or expired."""
    for entry in await store.unsettled(tx):
        if entry.offer and entry.offer.outcome != "offered":
            await _settle(tx, entry.answered(entry.offer.outcome, "answered"))


async def end_wait(tx: Tx, timer: Timer) -> None:
    """End an entry when what is wanted begins and nothing was offered."""
    entry = await known_entry(tx, UUID(timer.timer_id))
    if over := entry.over(await tx.now()):
        await store.save(tx, over)
        tx.emit(WaitlistEnded(**said(over), ended_at=await tx.now()), site_id=str(over.site.site_id))


async def review(tx: Tx, timer: Timer) -> None:
    """Judge bookings to come when rights change, and ask those again who were passed over for theirs."""
    await review_rights(tx, timer)
    for entry in await store.passed_over(tx):
        leaf_ids = {leaf_id for each in await store.fitting(tx, entry) for leaf_id in each.leaf_ids}
        await freed(tx, leaf_ids, entry.span)


@contextmanager
def _unless_over(offer: Offer, act: str) -> Iterator[None]:
    """Refuse an answer to an offer whose booking is over, in the words of the list, settled or not yet."""
    try:
        yield
    except NotPossibleNow as over:
        outcome = replace(offer, booking_state=str(over.values["state"])).outcome
        raise NotWaiting(state=outcome, act=act) from over


async def _settle(tx: Tx, ended: Entry) -> EntryView:
    """Save and tell what became of an offer."""
    await store.save(tx, ended)
    now, values = await tx.now(), offer_said(ended)
    told: WaitlistOffer
    match ended.state:
        case "accepted":
            told = WaitlistOfferAccepted(**values, accepted_at=now)
        case "declined":
            told = WaitlistOfferDeclined(**values, declined_at=now)
        case _:
            told = WaitlistOfferExpired(**values, expired_at=now)
    tx.emit(told, site_id=str(ended.site.site_id))
    return view(ended)


async def _offered(tx: Tx, entry_id: UUID, leaf_ids: list[UUID], now: datetime) -> bool:
    """Hold the first thing that fits an entry; False when nothing does, or no right opens it."""
    entry = await known_entry(tx, entry_id)
    if entry.state != "waiting":
        return False
    obstacle: str | None = None
    for fit in await fits(tx, entry, await store.fitting(tx, entry, leaf_ids), entry.soonest(now)):
        until = entry.offer_until(now, fit.time.start)
        try:
            async with tx.attempt():
                held = await hold_booking(tx, _hold(entry, fit), _by_whom(tx, entry), until)
        except SlotTaken:
            continue
        except Refused as refused:
            obstacle = refused.code
            continue
        offer = Offer(held.booking_id, until, fit.resource.resource_id, fit.resource.name, fit.time, "held")
        await _tell(tx, entry.offered(offer), now)
        return True
    if obstacle and obstacle != entry.passed_over:
        await store.save(tx, entry.passed(obstacle))
    return False


async def _tell(tx: Tx, entry: Entry, now: datetime) -> None:
    await store.save(tx, entry)
    told = WaitlistOfferMade(**offer_said(entry), made_at=now)
    await set_timer(tx, OFFER, told.booking_id, told.expires_at)
    tx.emit(told, site_id=str(told.site_id))


def _hold(entry: Entry, fit: Fit) -> HoldBooking:
    time: Interval = fit.time
    return HoldBooking(
        booking_id=new_id(),
        resource_id=fit.resource.resource_id,
        person_id=entry.person_id,
        start=time.start,
        end=time.end,
        attendees=entry.attendees,
        membership_id=entry.membership_id,
        audience=entry.audience,
        payer=entry.payer,
    )


def _by_whom(tx: Tx, entry: Entry) -> Principal:
    """Return on whose authority the place is held: that of the desk, for whom the desk put on the list."""
    if entry.by_desk:
        return Principal(entry.person_id, (Grant(tx.territory_id, "hub-manager", entry.site.site_id),))
    return Principal(entry.person_id, (Grant(tx.territory_id, "member"),))
