"""Sells passes, hears what becomes of their units, and takes back what nothing was spent of."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from billing.charges import handlers as charges
from billing.parties import handlers as parties
from billing.parties.model import key_of
from billing.passes import model, store
from billing.passes.model import Move, Sale, State
from billing.places import store as places
from billing.places.handlers import known_site, today
from billing.places.model import day_of
from billing.policy import POLICY
from billing.prices import store as prices
from billing.prices.handlers import check_pass, offer
from billing.prices.model import Offer, Opened
from billing.subscriptions.handlers import audience_of
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target, decide
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from contracts.billing import (
    Deliberation,
    PassCancellationAsked,
    PassCancelled,
    PassSold,
    PassState,
)
from contracts.money import Quantity, UnitPrice, VatRate
from contracts.values import Audience, Day, Instant, Party, Wording


class SellPass(BaseModel):
    """Sell a pass to somebody; by the audience of their membership, unless the desk says another one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sale_id: UUID
    site_id: UUID
    price_code: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    holder: Party
    payer: Party | None = None
    audience: Audience | None = None
    valid_from: Day | None = None

    @property
    def paid_by(self) -> Party:
        return self.payer or self.holder


class CancelPass(BaseModel):
    """Take back a pass of which nothing is spent, for a reason that stays readable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class PassView(BaseModel):
    """A pass as it is answered, with what its units have become by what booking told."""

    sale_id: UUID
    site_id: UUID
    price_code: str
    name: Wording
    holder: Party
    payer: Party
    audience: str
    unit: str
    units: Quantity
    resource_kinds: tuple[str, ...]
    site_ids: tuple[UUID, ...]
    price_codes: tuple[str, ...]
    valid_from: Day
    valid_until: Day
    state: State
    reason: str | None
    sold_at: Instant
    spent: Quantity
    expired: Quantity
    left: Quantity


class PassOffer(BaseModel):
    """A pass on sale: its price, who decided it, and what it opens."""

    price_code: str
    audience: str | None
    label: Wording
    unit_price: UnitPrice
    price_mode: str
    vat_category: str
    vat_rate: VatRate
    opens: Opened
    price_book: str
    price_book_version: int
    deliberation: Deliberation | None


async def sell_pass(tx: Tx, command: SellPass, principal: Principal) -> PassView:
    """Sell a pass and charge it, at the price that holds on the day of the sale."""
    site, day, now = await known_site(tx, command.site_id), await today(tx, command.site_id), await tx.now()
    first = command.valid_from or day
    if first < day:
        raise model.PassBeginsEarly(today=day.isoformat(), valid_from=first.isoformat())
    audience = await _audience(tx, command, principal, day)
    found = await offer(tx, command.price_code, audience, day)
    if not isinstance(found, Offer) or found.price.opens is None:
        raise model.NotAPass(price_code=command.price_code, day=day.isoformat())
    await check_pass(tx, found.price, day)
    told = PassState.model_validate(
        {
            **model.what_is_sold(found),
            "sale_id": command.sale_id,
            "site_id": command.site_id,
            "holder": command.holder,
            "payer": command.paid_by,
            "audience": audience,
            "valid_from": first,
            "valid_until": found.price.opens.until(first),
            "zone": site.zone,
        }
    )
    await know(tx, key_of(told.holder), key_of(told.payer))
    sale = Sale(told, "sold", now, model.Units(told.units))
    await store.insert(tx, sale)
    tx.emit(PassSold(**_said(sale), sold_at=now), site_id=str(site.site_id))
    await charges.record(tx, model.use_of(told, day, tx.emitted[-1].event_id), found)
    return view(sale)


async def cancel_pass(tx: Tx, sale_id: UUID, command: CancelPass) -> PassView:
    """Ask booking to close the lot; the price is given back when it says that it has."""
    sale, invoiced = await _locked(tx, sale_id), await charges.any_final(tx, "pass", sale_id)
    asked = sale.asked_back(command.reason, invoiced=invoiced)
    await store.save(tx, asked)
    site_id = str(asked.told.site_id)
    tx.emit(PassCancellationAsked(**_said(asked), asked_at=await tx.now()), site_id=site_id)
    return view(asked)


async def note(tx: Tx, sale_id: UUID, move: Move) -> None:
    """Keep what booking told of the units of a pass."""
    await store.note(tx, sale_id, move)


async def give_back(tx: Tx, sale_id: UUID, event_id: UUID) -> None:
    """Let nothing be due any more for a pass whose lot booking has closed, and tell that it is taken back.

    Lots that are balances brought over were not sold: nothing was due for them.
    """
    sale, now = await store.sale(tx, sale_id, lock=True), await tx.now()
    cancelled = sale.answered("cancelled") if sale else None
    if cancelled is None:
        return
    await store.save(tx, cancelled)
    for usage in await charges.uses_of(tx, "pass", sale_id):
        nothing = usage.model_copy(update={"due_percent": 0, "event_id": event_id})
        await charges.revise(tx, nothing, "cancelled")
    told = PassCancelled(**_said(cancelled), cancelled_at=now, reason=cancelled.reason or "")
    tx.emit(told, site_id=str(cancelled.told.site_id))


async def keep(tx: Tx, sale_id: UUID) -> None:
    """Leave a pass sold that was spent before booking could close it."""
    if kept := (await _locked(tx, sale_id)).answered("sold"):
        await store.save(tx, kept)


async def pass_view(tx: Tx, sale_id: UUID) -> PassView | None:
    found = await store.sale(tx, sale_id)
    return view(found) if found else None


async def own_passes(tx: Tx, asked: Asked, person_id: UUID) -> Page[PassView]:
    """Return the passes that the person, or an organisation the person acts for, holds or pays."""
    page = await store.page_of(tx, asked, await parties.parties_of(tx, person_id))
    return Page([view(each) for each in page.items], page.last)


async def passes_at(tx: Tx, asked: Asked, site_id: UUID) -> Page[PassView]:
    page = await store.page_at(tx, asked, site_id)
    return Page([view(each) for each in page.items], page.last)


async def offer_page(tx: Tx, asked: Asked) -> Page[PassOffer]:
    """Return the passes on sale today."""
    day = day_of(await tx.now(), await places.zone(tx))
    page = await prices.passes(tx, asked, day)
    items = [
        PassOffer(
            **{name: getattr(each.price, name) for name in _OF_PRICE},
            price_book=each.book_name,
            price_book_version=each.version,
            deliberation=each.deliberation,
        )
        for each in page.items
    ]
    return Page(items, page.last)


def for_payer(principal: Principal, wanted: SellPass) -> Lookup:
    """Find out whether the caller would pay, or an organisation that the caller acts for."""

    async def look(tx: Tx, _sale_id: UUID) -> Target:
        return await parties.target(tx, wanted.paid_by, principal, wanted.site_id)

    return look


def at_pass(principal: Principal) -> Lookup:
    """Find out whose a pass is, for the decision whether the caller may see it or take it back."""

    async def look(tx: Tx, sale_id: UUID) -> Target | None:
        found = await store.sale(tx, sale_id)
        if found is None:
            return None
        theirs = await parties.parties_of(tx, principal.person_id)
        mine = key_of(found.told.holder) in theirs or key_of(found.told.payer) in theirs
        owner_id = principal.person_id if mine else None
        return Target(tx.territory_id, site_id=found.told.site_id, owner_id=owner_id)

    return look


def view(sale: Sale) -> PassView:
    told = {name: getattr(sale.told, name) for name in PassView.model_fields if hasattr(sale.told, name)}
    became = {name: getattr(sale.units, name) for name in ("spent", "expired", "left")}
    return PassView(**told, **became, state=sale.state, reason=sale.reason, sold_at=sale.sold_at)


async def _audience(tx: Tx, command: SellPass, principal: Principal, day: date) -> str:
    """Return by which audience the holder pays: as the desk says, else as a membership does."""
    if command.audience is not None:
        at_desk = Target(tx.territory_id, site_id=command.site_id)
        if not decide(POLICY, principal, "pass:sell", at_desk).allowed:
            raise model.AudienceByDesk
        return command.audience
    found = await audience_of(tx, command.holder, day)
    if found is None:
        raise model.AudienceUnknown(holder=str(key_of(command.holder)), day=day.isoformat())
    return found


async def _locked(tx: Tx, sale_id: UUID) -> Sale:
    sale = await store.sale(tx, sale_id, lock=True)
    if sale is None:
        raise NotFound(what="pass", id=str(sale_id))
    return sale


def _said(sale: Sale) -> dict[str, Any]:
    """Return the fields that every event about a pass carries."""
    return dict(sale.told)


_OF_PRICE: Final = (
    "price_code",
    "audience",
    "label",
    "unit_price",
    "price_mode",
    "vat_category",
    "vat_rate",
    "opens",
)
