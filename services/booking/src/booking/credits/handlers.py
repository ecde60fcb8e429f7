"""Opens lots of credits, spends and restores their units with the bookings they pay, ends them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from booking.credits import model, store
from booking.credits.model import Entry, Kind, Lot, Way
from booking.rights.model import Draw, Grant, Use
from booking.sites.handlers import known_site, target
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import Timer, set_timer, unset_timer
from contracts.booking import (
    CreditLotClosed,
    CreditLotExpired,
    CreditLotExpiring,
    CreditLotKept,
    CreditLotOpened,
    CreditLotState,
    CreditsRestored,
    CreditsSpent,
)
from contracts.money import Quantity
from contracts.values import Day, Instant, Period, Wording

EXPIRY: Final = "credits-expiry"  # timer: a lot ends
EXPIRING: Final = "credits-expiring"  # timer: a lot ends soon


class SetPaymentOrder(BaseModel):
    """Say whether what a plan includes is taken before credits, or after them; money comes last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ways: tuple[Way, Way, Way]

    @model_validator(mode="after")
    def _names_each_way_once_and_money_last(self) -> Self:
        if set(self.ways[:2]) != {"plan", "credits"}:
            raise ValueError("name plan and credits in the order that holds, then money")
        return self


class LotView(BaseModel):
    """A lot as it is answered."""

    lot_id: UUID
    name: Wording
    unit: str
    units: Quantity
    left: Quantity
    resource_kinds: tuple[str, ...]
    site_ids: tuple[UUID, ...]
    valid_from: Day
    valid_until: Day
    state: str


class EntryView(BaseModel):
    """A row of a lot's ledger: what was booked where and when, for what was spent or came back."""

    seq: int
    kind: Kind
    units: Quantity
    balance: Quantity
    recorded_at: Instant
    booking_id: UUID | None
    site_name: str | None
    resource_name: str | None
    period: Period | None


class DrawView(BaseModel):
    """What a booking takes of a pass, and what is left of that."""

    lot_id: UUID
    name: Wording
    unit: str
    units: Quantity
    left: Quantity


class DrawsView(BaseModel):
    """What a booking takes of passes."""

    draws: tuple[DrawView, ...]


async def open_lot(tx: Tx, lot: Lot) -> None:
    """Open a lot, once however often it is told."""
    if not await store.insert(tx, lot):
        return
    if person_id := lot.holder.person_id:
        await know(tx, person_id)
    opened = await _move(tx, lot, [Entry("opened", lot.units)])
    await set_timer(tx, EXPIRY, lot.lot_id, lot.ends_at)
    if lot.warned_at:
        await set_timer(tx, EXPIRING, lot.lot_id, lot.warned_at)
    tx.emit(CreditLotOpened(**_said(opened), opened_at=lot.opened_at))


async def take_back(tx: Tx, lot_id: UUID) -> None:
    """Close a lot that nothing was spent of, or say that it is kept."""
    lot = await _locked(tx, lot_id)
    if lot.untouched:
        await _close(tx, lot)
    else:
        tx.emit(CreditLotKept(**_said(lot), kept_at=await tx.now()))


async def close_rest(tx: Tx, lot_id: UUID) -> None:
    """Close a lot with what is left of it, once; what bookings have taken stays theirs."""
    lot = await _locked(tx, lot_id)
    if lot.state == "open":
        await _close(tx, lot)


async def expire_lot(tx: Tx, timer: Timer) -> None:
    """Let what is left of a lot go at its end, unless days of grace have moved that."""
    lot, now = await _locked(tx, UUID(timer.timer_id)), await tx.now()
    if lot.state != "open":
        return
    if not lot.over(now):
        await set_timer(tx, EXPIRY, lot.lot_id, lot.ends_at)
        return
    ended, entries = lot.expired()
    after = await _move(tx, ended, entries)
    if entries:
        tx.emit(CreditLotExpired(**_said(after), expired=lot.left, expired_at=now))


async def warn(tx: Tx, timer: Timer) -> None:
    """Tell that a lot with units left ends soon."""
    lot = await _locked(tx, UUID(timer.timer_id))
    if lot.state == "open" and lot.left:
        tx.emit(CreditLotExpiring(**_said(lot), noticed_at=await tx.now()))


async def pay(tx: Tx, grant: Grant, use: Use, price_code: str | None, booking_id: UUID) -> Grant:
    """Return the right as credits pay for the use, where they cover all of it and come first.

    The lots stay locked until this transaction ends; what the booking draws already counts as left. Raises
    CreditsShort where nothing else can pay.
    """
    if grant.paid_by == "plan":
        ways = await store.ways(tx)
        held_by_the_place = grant.membership_id is None
        if held_by_the_place or ways.index("plan") < ways.index("credits"):
            return grant
    lot_ids = await store.lock_usable(tx, use, booking_id)
    lots = await store.lots(tx, lot_ids) if lot_ids else {}
    had = await store.drawn(tx, booking_id) if lots else {}
    found = [replace(each, left=each.left + had.get(each.lot_id, 0)) for each in lots.values()]
    if drawn := model.draws(found, use, price_code):
        return replace(grant, paid_by="credits", plan_units=Decimal(0), draws=drawn)
    if grant.paid_by == "credits":
        left = [f"{each.left.normalize():f} ({each.name.fr})" for each in found if each.left]
        raise model.CreditsShort(kind=use.kind, day=use.first.isoformat(), left=", ".join(left) or "0")
    return grant


async def draw(tx: Tx, booking_id: UUID, wanted: Sequence[Draw]) -> None:
    """Have a booking take these units, whatever it took before: it takes the more, gives back the less."""
    changes = model.changes(await store.drawn(tx, booking_id), wanted)
    if not changes:
        return
    await store.lock(tx, list(changes))
    lots, now = await store.lots(tx, list(changes)), await tx.now()
    for lot_id, more in changes.items():
        lot = lots[lot_id]
        if more > 0:
            entry = Entry("spent", -more)
            after = await _move(tx, lot, [entry], booking_id)
            nearly = lot.nearly_spent_by(entry)
            values = _said(after) | {"booking_id": booking_id, "nearly_spent": nearly}
            tx.emit(CreditsSpent(**values, spent=more, spent_at=now))
        else:
            await _restore(tx, lot, -more, booking_id)


async def give_back(tx: Tx, booking_id: UUID, due_percent: int) -> None:
    """Give back what an ended booking took, less the part of its price that stays due."""
    await draw(tx, booking_id, model.kept(await store.drawn(tx, booking_id), due_percent))


async def set_payment_order(tx: Tx, command: SetPaymentOrder) -> SetPaymentOrder:
    """Keep the order; bookings made before stay paid as they are."""
    await store.keep_ways(tx, command.ways)
    return command


async def payment_order(tx: Tx) -> SetPaymentOrder:
    first, second, last = await store.ways(tx)
    return SetPaymentOrder(ways=(first, second, last))


async def lots_of(tx: Tx, asked: Asked, person_id: UUID) -> Page[LotView]:
    """Return the passes that a person may use, the newest first."""
    page = await store.page_of(tx, asked, person_id)
    return Page([_view(each) for each in page.items], page.last)


async def entry_page(tx: Tx, asked: Asked, lot_id: UUID) -> Page[EntryView]:
    """Return what became of the units of a lot, the last first."""
    page = await store.entries(tx, asked, lot_id)
    items = [
        EntryView(
            **{name: row[name] for name in EntryView.model_fields if name != "period"},
            period=Period(start=row["starts_at"], end=row["ends_at"], zone=row["zone"])
            if row["booking_id"]
            else None,
        )
        for row in page.items
    ]
    return Page(items, page.last)


async def draws_of(tx: Tx, booking_id: UUID) -> DrawsView:
    """Return what a booking takes of which passes, and what that leaves of them."""
    drawn = await store.drawn(tx, booking_id)
    lots = await store.lots(tx, list(drawn))
    views = [
        DrawView(lot_id=lot_id, name=lot.name, unit=lot.unit, units=drawn[lot_id], left=lot.left)
        for lot_id, lot in lots.items()
    ]
    return DrawsView(draws=tuple(views))


def at_lot(principal: Principal) -> Lookup:
    """Find out where a pass was sold and whether the caller may use it."""

    async def look(tx: Tx, lot_id: UUID) -> Target | None:
        lot = (await store.lots(tx, [lot_id])).get(lot_id)
        if lot is None:
            return None
        theirs = await store.may_use(tx, lot_id, principal.person_id)
        owner_id = principal.person_id if theirs else None
        if lot.site_id is None:
            return Target(tx.territory_id, owner_id=owner_id)
        return await target(tx, await known_site(tx, lot.site_id), principal, owner_id=owner_id)

    return look


async def _restore(tx: Tx, lot: Lot, amount: Decimal, booking_id: UUID) -> None:
    """Put units back into the lot they came from; those that come too late go as the pass was sold."""
    now = await tx.now()
    open_again, entries = lot.returned(amount, now)
    after = await _move(tx, open_again, entries, booking_id)
    if after.valid_until != lot.valid_until:
        await set_timer(tx, EXPIRY, after.lot_id, after.ends_at)
    back = _said(replace(after, left=lot.left + amount)) | {"booking_id": booking_id}
    tx.emit(CreditsRestored(**back, restored=amount, restored_at=now))
    if after.left < lot.left + amount:
        tx.emit(CreditLotExpired(**_said(after), expired=amount, expired_at=now))


async def _close(tx: Tx, lot: Lot) -> None:
    after = await _move(tx, *lot.closed())
    await unset_timer(tx, EXPIRY, lot.lot_id)
    await unset_timer(tx, EXPIRING, lot.lot_id)
    tx.emit(CreditLotClosed(**_said(after), closed=lot.left, closed_at=await tx.now()))


async def _locked(tx: Tx, lot_id: UUID) -> Lot:
    await store.lock(tx, [lot_id])
    return (await store.lots(tx, [lot_id]))[lot_id]


async def _move(tx: Tx, lot: Lot, entries: Sequence[Entry], booking_id: UUID | None = None) -> Lot:
    """Save a lot with rows that continue its ledger, and return it as they leave it."""
    await store.append(tx, lot, entries, booking_id, await tx.now())
    await store.save(tx, lot)
    return lot.after(*entries)


def _said(lot: Lot) -> dict[str, Any]:
    """Return the fields that every event about a lot carries."""
    return {name: getattr(lot, name) for name in CreditLotState.model_fields}


def _view(lot: Lot) -> LotView:
    return LotView(**{name: getattr(lot, name) for name in LotView.model_fields})
