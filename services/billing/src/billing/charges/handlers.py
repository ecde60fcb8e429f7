"""Prices what is used, keeps what is due once, and tells how it changes."""

from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from billing.charges import model, store
from billing.charges.model import Charge, Kind, State, Usage, Why, charge_id_of, source_of
from billing.parties import handlers as parties
from billing.parties.model import key_of
from billing.prices.handlers import offer
from billing.prices.model import Offer
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import Timer, set_timer
from contracts.billing import (
    ChargeAdjusted,
    ChargeCancelled,
    ChargeLeftUnpriced,
    ChargePriced,
    ChargeSource,
    PriceBookPublished,
)
from contracts.money import Money
from contracts.values import CivilPeriod, Instant, Party, Wording

Reason = Literal["rescheduled", "cancelled", "no_show", "ended", "corrected", "waived"]
REPRICE = "reprice"
_PAGE = 200  # charges of one transaction
_FIRST = UUID(int=0)


class Repricing(NamedTuple):
    """Which codes have a price now, and how far the charges that waited were looked at."""

    codes: list[str]
    after: str = str(_FIRST)


class WaiveCharge(BaseModel):
    """Let the payer off a charge, for a reason that stays readable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ChargeView(BaseModel):
    """A charge as it is answered: what for, how much, why, and on which invoice."""

    charge_id: UUID
    state: State
    source: ChargeSource
    payer: Party
    label: Wording | None
    detail: Wording
    amount: Money
    price_mode: str | None
    service_period: CivilPeriod
    billable_from: str
    why: Why
    invoice_id: UUID | None
    invoice_number: str | None
    line_number: int | None


class ConflictView(BaseModel):
    """What contradicts a charge and was not applied."""

    conflict_id: UUID
    charge_id: UUID
    reason: str
    event_id: UUID
    usage: Usage
    recorded_at: Instant


async def record(tx: Tx, usage: Usage, fixed: Offer | None = None) -> None:
    """Keep what a new use costs, at the price fixed for it or the one that holds.

    A use already known with other content is a conflict: it is kept for a person, and nothing changes.
    """
    before = await store.locked(tx, charge_id_of(usage, tx.territory_id))
    if before is None:
        await _keep(tx, None, usage, "corrected", fixed)
    elif not usage.same_as(before.usage):
        await store.note_conflict(tx, before, usage, "other_content", await tx.now())


async def revise(tx: Tx, usage: Usage, reason: Reason) -> None:
    """Keep what a use costs now that it changed; one already invoiced is a conflict, one let off stays so."""
    before = await store.locked(tx, charge_id_of(usage, tx.territory_id))
    if before and (usage.same_as(before.usage) or before.state == "waived"):
        return
    if before and before.final:
        await store.note_conflict(tx, before, usage, "already_invoiced", await tx.now())
        return
    await _keep(tx, before, usage, reason)


async def used(tx: Tx, like: Usage) -> Usage | None:
    """Return the use that is charged under the natural key of this one."""
    before = await store.locked(tx, charge_id_of(like, tx.territory_id))
    return before.usage if before else None


async def uses_of(tx: Tx, kind: Kind, source_id: UUID) -> list[Usage]:
    """Return all that is charged of one thing, its charges locked, in order of their items."""
    return [each.usage for each in await store.locked_of(tx, kind, source_id)]


async def any_final(tx: Tx, kind: Kind, source_id: UUID) -> bool:
    """Say whether a released bill run has taken anything of one thing; its charges are locked."""
    return any(each.final for each in await store.locked_of(tx, kind, source_id))


async def waive_charge(tx: Tx, charge_id: UUID, command: WaiveCharge) -> ChargeView:
    """Let the payer off. Raises ChargeIsFinal."""
    before = await store.locked(tx, charge_id)
    if before is None:
        raise NotFound(what="charge", id=str(charge_id))
    after = model.waived(before, command.reason)
    await store.save(tx, after, await tx.now())
    await _tell_cancelled(tx, before, "waived")
    return view(after)


async def let_off(tx: Tx, kind: Kind, source_id: UUID, event_id: UUID, reason: str) -> None:
    """Let the payer off all that is due of a thing; what is already invoiced is a conflict, for a person."""
    for before in await store.locked_of(tx, kind, source_id):
        if before.final:
            usage = before.usage.model_copy(update={"event_id": event_id, "due_percent": 0})
            await store.note_conflict(tx, before, usage, "already_invoiced", await tx.now())
        elif before.state in ("pending", "unpriced"):
            await store.save(tx, model.waived(before, reason), await tx.now())
            await _tell_cancelled(tx, before, "waived")


async def plan_repricing(tx: Tx, told: PriceBookPublished) -> None:
    """Have the charges looked at again that wait for one of the codes just published."""
    codes = sorted({each.price_code for each in told.prices})
    timer_id = f"{told.price_book_id}/{told.version}"
    await set_timer(tx, REPRICE, timer_id, told.published_at, Repricing(codes))


async def reprice(tx: Tx, timer: Timer) -> None:
    """Price some of the charges that waited; the rest is done by the same timer, set anew."""
    asked = Repricing(*timer.data)
    waiting = await store.unpriced(tx, asked.codes, UUID(asked.after), _PAGE)
    for before in waiting:
        await _keep(tx, before, before.usage, "corrected")
    if len(waiting) == _PAGE:
        again = asked._replace(after=str(waiting[-1].charge_id))
        await set_timer(tx, REPRICE, timer.timer_id, await tx.now(), again)


async def charge_view(tx: Tx, charge_id: UUID) -> ChargeView | None:
    found = await store.charge(tx, charge_id)
    return view(found) if found else None


async def charge_page(tx: Tx, asked: Asked, state: State | None, source_id: UUID | None) -> Page[ChargeView]:
    page = await store.page(tx, asked, state, source_id)
    return Page([view(each) for each in page.items], page.last)


async def own_charges(tx: Tx, asked: Asked, person_id: UUID) -> Page[ChargeView]:
    """Return what the person pays, and what organisations pay that the person acts for."""
    page = await store.page_of(tx, asked, await parties.parties_of(tx, person_id))
    return Page([view(each) for each in page.items], page.last)


async def conflict_page(tx: Tx, asked: Asked) -> Page[ConflictView]:
    page = await store.conflicts(tx, asked)
    items = [
        ConflictView(**{**row, "usage": Usage.model_validate_json(row["usage"])})
        for row in map(dict, page.items)
    ]
    return Page(items, page.last)


def at_charge(principal: Principal) -> Lookup:
    """Find out whose a charge is, for the decision whether the caller may see it."""

    async def look(tx: Tx, charge_id: UUID) -> Target | None:
        found = await store.charge(tx, charge_id)
        if found is None:
            return None
        return await parties.target(tx, found.usage.payer, principal, found.usage.site_id)

    return look


def view(charge: Charge) -> ChargeView:
    return ChargeView(
        charge_id=charge.charge_id,
        state=charge.state,
        source=charge.source,
        payer=charge.usage.payer,
        label=charge.said.label if charge.said else None,
        detail=charge.usage.detail,
        amount=charge.said.amount if charge.said and charge.state == "invoiced" else charge.amount,
        price_mode=charge.said.price_mode if charge.said else None,
        service_period=charge.usage.measure.days,
        billable_from=charge.usage.billable_from.isoformat(),
        why=charge.why,
        invoice_id=charge.invoice_id,
        invoice_number=charge.invoice_number,
        line_number=charge.line_number,
    )


async def _keep(
    tx: Tx, before: Charge | None, usage: Usage, reason: Reason, fixed: Offer | None = None
) -> None:
    await know(tx, key_of(usage.payer))
    found = fixed or await offer(tx, usage.price_code, usage.audience, *usage.priced_on)
    after = model.charge(charge_id_of(usage, tx.territory_id), usage, found)
    if before and before.gap and (before.gap, before.usage) == (after.gap, after.usage):
        return
    await store.save(tx, after, await tx.now())
    await _tell(tx, before, after, reason)


async def _tell(tx: Tx, before: Charge | None, after: Charge, reason: Reason) -> None:
    """Tell how what is due changed; nothing is told of what never was due."""
    owed = before is not None and before.state in ("pending", "unpriced")
    site_id = str(after.usage.site_id) if after.usage.site_id else None
    if after.said and after.due:
        now, said = await tx.now(), after.said.model_dump()
        if before and before.due:
            adjusted = ChargeAdjusted(**said, previous_amount=before.amount, reason=reason, adjusted_at=now)
            tx.emit(adjusted, site_id=site_id)
        else:
            tx.emit(ChargePriced(**said, priced_at=now), site_id=site_id)
    elif before and owed and after.state != "unpriced":
        await _tell_cancelled(tx, before, reason)
    if after.gap:
        tx.emit(_unpriced(after), site_id=site_id)


async def _tell_cancelled(tx: Tx, before: Charge, reason: Reason) -> None:
    usage = before.usage
    tx.emit(
        ChargeCancelled(
            charge_id=before.charge_id,
            source=source_of(usage),
            payer=usage.payer,
            previous_amount=before.amount,
            reason=reason,
            cancelled_at=await tx.now(),
        ),
        site_id=str(usage.site_id) if usage.site_id else None,
    )


def _unpriced(charge: Charge) -> ChargeLeftUnpriced:
    usage = charge.usage
    return ChargeLeftUnpriced(
        charge_id=charge.charge_id,
        source=charge.source,
        payer=usage.payer,
        site_id=usage.site_id,
        audience=usage.audience,
        price_code=usage.price_code,
        service_period=usage.measure.days,
        reason=charge.gap or "no_price_for_code",
    )
