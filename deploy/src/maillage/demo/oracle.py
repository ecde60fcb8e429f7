"""What everything should cost: arithmetic of its own, from the tables of prices and what was asked for.

It imports no service, no contracts, no chassis: where it agrees with the platform, two computations agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction

from maillage.demo.tables import INCLUDING, PLAN_OF, TARIFF_OF, VAT_PERCENT

_NOON = time(13)


@dataclass(frozen=True, slots=True)
class Use:
    """A booking as it was asked for: whose, of what, from when to when, and what part of it stays due."""

    name: str
    payer: str
    audience: str
    kind: str
    price_code: str
    start: datetime
    end: datetime
    due_percent: int = 100
    by_plan: bool = True


@dataclass(frozen=True, slots=True)
class Fee:
    """Something paid by the month: the days of that month for which it is due, the last one excluded."""

    name: str
    payer: str
    price_code: str
    month: date
    days: int
    since: int = 0
    until: int | None = None
    monthly: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is due for one thing, in cents of its own mode; 0 where it is included or nothing is left."""

    name: str
    payer: str
    mode: str
    cents: int
    included: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """What an invoice comes to, in cents."""

    net: int
    vat: int

    @property
    def gross(self) -> int:
        return self.net + self.vat


def rounded(value: Fraction) -> int:
    """Round what is not negative to the nearest whole, halves up."""
    return int((2 * value.numerator + value.denominator) // (2 * value.denominator))


def cents_of(text: str) -> Fraction:
    return Fraction(text) * 100


def fee(asked: Fee) -> Due:
    """Share a monthly price out by civil days: up to the last day, less up to the first."""
    amount, mode = TARIFF_OF[asked.price_code].amount("")
    price = cents_of(asked.monthly or amount)
    until = asked.days if asked.until is None else asked.until
    cents = rounded(price * until / asked.days) - rounded(price * asked.since / asked.days)
    return Due(asked.name, asked.payer, mode, cents)


def uses(asked: Iterable[Use]) -> list[Due]:
    """Return what is due for each use; a plan includes the first ones of a month, in the order asked."""
    taken: dict[tuple[str, str, int, int], int] = defaultdict(int)
    found = []
    for use in asked:
        amount, mode = TARIFF_OF[use.price_code].amount(use.audience)
        if _included(use, taken):
            found.append(Due(use.name, use.payer, mode, 0, included=True))
            continue
        full = rounded(cents_of(amount) * units(TARIFF_OF[use.price_code].unit, use.start, use.end))
        found.append(Due(use.name, use.payer, mode, rounded(Fraction(full * use.due_percent, 100))))
    return found


def units(unit: str, start: datetime, end: datetime) -> Fraction:
    """Count true hours, half-days that meet at one o'clock, or days; one for a booking."""
    if unit == "hour":
        return Fraction(int((end - start).total_seconds()), 3600)
    days = (end.date() - start.date()).days + 1
    if unit == "half_day":
        return Fraction(2 * days - (start.time() >= _NOON) - (end.time() <= _NOON))
    return Fraction(days if unit == "day" else 1)


def bills(dues: Iterable[Due]) -> dict[tuple[str, str], Bill]:
    """Add up what each payer is invoiced, by mode: VAT is computed once, on the sum."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for due in dues:
        sums[due.payer, due.mode] += due.cents
    return {key: bill(key[1], cents) for key, cents in sums.items() if cents}


def bill(mode: str, cents: int) -> Bill:
    """Return what a sum comes to with its VAT, which it includes or not."""
    if mode == INCLUDING:
        vat = rounded(Fraction(cents * VAT_PERCENT, 100 + VAT_PERCENT))
        return Bill(cents - vat, vat)
    return Bill(cents, rounded(Fraction(cents * VAT_PERCENT, 100)))


def total(found: Mapping[tuple[str, str], Bill]) -> Bill:
    return Bill(sum(each.net for each in found.values()), sum(each.vat for each in found.values()))


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _included(use: Use, taken: dict[tuple[str, str, int, int], int]) -> bool:
    """Say whether the plan of the payer holds the whole use, and count it if so."""
    rights = PLAN_OF[use.audience].rights if use.by_plan else ()
    right = next((each for each in rights if each.kind == use.kind and each.included), None)
    if right is None:
        return False
    if right.unit is None or right.quantity is None:
        return True
    key = (use.payer, use.kind, use.start.year, use.start.month)
    wanted = int(units(right.unit, use.start, use.end))
    if taken[key] + wanted > right.quantity:
        return False
    taken[key] += wanted
    return True
