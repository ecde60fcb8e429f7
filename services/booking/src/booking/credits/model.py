"""Decides which lots of credits a use draws on, and what becomes of what is in each: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.rights.model import Draw, Use, units
from chassis.errors import Refused
from contracts.billing import PassState
from contracts.membership import BalanceState
from contracts.values import Party, Wording

Kind = Literal["opened", "spent", "restored", "expired", "closed"]
Way = Literal["plan", "credits", "money"]
PLAN_FIRST: Final[tuple[Way, ...]] = ("plan", "credits", "money")

_SOON: Final = timedelta(days=14)  # how long before its end people are reminded of a lot
_NEARLY: Final = 5  # a lot is nearly spent when no more than this part of it is left
_BROUGHT: Final = Wording(fr="Solde repris", en="Balance brought over")
_PLACES: Final = Decimal("0.0001")


class CreditsShort(Refused):
    """This plan opens a {kind} by credits only, and no pass covers the whole use on {day}: {left} left."""

    fr = (
        "Cette formule n'ouvre « {kind} » que par crédits, et aucun carnet ne couvre tout l'usage "
        "le {day} : il reste {left}."
    )
    cure = (
        "Buy a pass, take a shorter time, or choose a day on which a pass holds.",
        "Achetez un carnet, réservez moins longtemps, ou choisissez un jour où un carnet vaut.",
    )


class Entry(NamedTuple):
    """A row of the ledger to be: units come (above zero) or go."""

    kind: Kind
    units: Decimal


@dataclass(frozen=True, slots=True)
class Lot:
    """The units of one pass or balance: what they open, for whom and when, and how many are left.

    A balance was of no site, and opens whatever has a price: it says neither sites nor kinds nor prices.
    """

    lot_id: UUID
    site_id: UUID | None
    holder: Party
    name: Wording
    unit: str
    units: Decimal
    resource_kinds: tuple[str, ...]
    site_ids: tuple[UUID, ...]
    price_codes: tuple[str, ...]
    valid_from: date
    valid_until: date
    zone: str
    grace_days: int
    state: str
    opened_at: datetime
    left: Decimal = Decimal(0)

    def opens(self, use: Use, price_code: str | None) -> bool:
        """Say whether its units can be spent on that, were there enough of them."""
        return (
            self.state == "open"
            and (not self.resource_kinds or use.kind in self.resource_kinds)
            and (not self.site_ids or use.site_id in self.site_ids)
            and (price_code in self.price_codes or (not self.price_codes and price_code is not None))
            and self.valid_from <= use.first
            and use.last < self.valid_until
        )

    @property
    def ends_at(self) -> datetime:
        """The first instant at which it no longer holds."""
        return datetime.combine(self.valid_until, time(), ZoneInfo(self.zone))

    @property
    def warned_at(self) -> datetime | None:
        """When people are reminded of it; never of a pass that holds for a few days only."""
        if self.valid_until - self.valid_from < 2 * _SOON:
            return None
        return datetime.combine(self.valid_until - _SOON, time(), ZoneInfo(self.zone))

    def over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def after(self, *entries: Entry) -> "Lot":
        """Return it as these rows leave it."""
        return replace(self, left=self.left + sum(each.units for each in entries))

    def nearly_spent_by(self, entry: Entry) -> bool:
        """Say whether this row takes it to a fifth of its units or less."""
        return self.left > self.units / _NEARLY >= self.left + entry.units

    def returned(self, amount: Decimal, now: datetime) -> tuple["Lot", list[Entry]]:
        """Return it with units that come back.

        After its end they expire at once, or hold for the days of grace, as the pass was sold; those of a lot
        that was closed expire.
        """
        entry, closed = Entry("restored", amount), self.state == "closed"
        if not closed and not self.over(now):
            return self, [entry]
        if closed or not self.grace_days:
            return self, [entry, Entry("expired", -amount)]
        until = now.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=self.grace_days)
        return replace(self, state="open", valid_until=until), [entry]

    def expired(self) -> tuple["Lot", list[Entry]]:
        """Return it at its end: what is left goes."""
        return replace(self, state="expired"), [Entry("expired", -self.left)] if self.left else []

    @property
    def untouched(self) -> bool:
        """Whether it holds, and all its units are there."""
        return self.state == "open" and self.left == self.units

    def closed(self) -> tuple["Lot", list[Entry]]:
        """Return it closed: what is left goes."""
        return replace(self, state="closed"), [Entry("closed", -self.left)] if self.left else []


def of_pass(told: PassState, now: datetime) -> Lot:
    """Return the lot of a pass that was sold."""
    values = {name: getattr(told, name) for name in _OF_PASS}
    return Lot(**values, lot_id=told.sale_id, state="open", opened_at=now)


def of_balance(told: BalanceState, now: datetime) -> Lot | None:
    """Return the lot of a balance; None for one in money, or one that has ended already."""
    today = now.astimezone(ZoneInfo(told.zone)).date()
    valid_until = told.valid_until or date.max
    if not told.quantity or told.unit is None or valid_until <= today:
        return None
    return Lot(
        lot_id=told.balance_id,
        site_id=None,
        holder=told.holder,
        name=_BROUGHT,
        unit=told.unit,
        units=told.quantity,
        resource_kinds=(),
        site_ids=(),
        price_codes=(),
        valid_from=today,
        valid_until=valid_until,
        zone=told.zone,
        grace_days=0,
        state="open",
        opened_at=now,
    )


def draws(lots: Iterable[Lot], use: Use, price_code: str | None) -> tuple[Draw, ...]:
    """Return what covers the whole use, from the lots that end first; nothing where it is not covered whole.

    Units of different kinds are never added up: the first kind that covers the use alone pays for it.
    """
    usable = sorted(
        (each for each in lots if each.left and each.opens(use, price_code)),
        key=lambda each: (each.valid_until, each.lot_id),
    )
    for unit in dict.fromkeys(each.unit for each in usable):
        wanted, found = units(unit, use), []
        for lot in (each for each in usable if each.unit == unit):
            taken = min(wanted, lot.left)
            if taken:
                found.append(Draw(lot.lot_id, taken))
            wanted -= taken
        if not wanted:
            return tuple(found)
    return ()


def kept(drawn: Mapping[UUID, Decimal], percent: int) -> tuple[Draw, ...]:
    """Return what stays spent of a booking that ended early: the part of the price that stays due."""
    parts = ((lot_id, (spent * percent / 100).quantize(_PLACES)) for lot_id, spent in drawn.items())
    return tuple(Draw(lot_id, part) for lot_id, part in parts if part)


def changes(drawn: Mapping[UUID, Decimal], wanted: Iterable[Draw]) -> dict[UUID, Decimal]:
    """Return by lot how many units more a booking takes than it has, below zero for what it gives back."""
    after = {each.lot_id: each.units for each in wanted}
    found = {
        lot_id: after.get(lot_id, Decimal(0)) - drawn.get(lot_id, Decimal(0))
        for lot_id in sorted({*drawn, *after})
    }
    return {lot_id: more for lot_id, more in found.items() if more}


_OF_PASS: Final = (
    "site_id",
    "holder",
    "name",
    "unit",
    "units",
    "resource_kinds",
    "site_ids",
    "price_codes",
    "valid_from",
    "valid_until",
    "zone",
    "grace_days",
)
