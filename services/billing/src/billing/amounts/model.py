"""Decides how amounts are rounded, shared out over days and taxed: exact fractions, rounded in one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

CENTS: Final = 100  # minor units in one unit of the currency: two decimals, as the euro has
INCLUDING_VAT: Final = "including_vat"


class Taxed(NamedTuple):
    """The amount of one line in minor units, in the price mode of its document, and how it is taxed."""

    category: str
    rate: Decimal
    minor: int


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What a document holds at one category and rate, in minor units."""

    category: str
    rate: Decimal
    base: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a document in minor units; `nets` are its lines without VAT, in their order."""

    nets: tuple[int, ...]
    vat_totals: tuple[VatTotal, ...]

    @property
    def net(self) -> int:
        return sum(total.base for total in self.vat_totals)

    @property
    def vat(self) -> int:
        return sum(total.vat for total in self.vat_totals)

    @property
    def gross(self) -> int:
        return self.net + self.vat


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, a half away from zero: the only rounding of the service."""
    doubled = 2 * abs(value.numerator)
    size = (doubled + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size


def in_minor(price: Decimal) -> Fraction:
    """Return a price in minor units, exactly: it may have six decimals."""
    return Fraction(price) * CENTS


def to_places(value: Fraction, places: int) -> Decimal:
    """Return the value as a decimal with that many places, rounded half up."""
    return Decimal(half_up(value * 10**places)).scaleb(-places)


def share(price: Decimal, start: int, end: int, days: int) -> int:
    """Return the part of a period's price for its days [start, end) of `days`, in minor units.

    Cumulative allocation R(P·b/n) − R(P·a/n): whatever the cuts, the parts add up to R(P).
    """
    whole = in_minor(price)
    return half_up(whole * end / days) - half_up(whole * start / days)


def percentage(minor: int, percent: Decimal | int) -> int:
    """Return that percentage of an amount, in minor units."""
    return half_up(Fraction(minor) * Fraction(percent) / 100)


def totals(mode: str, lines: Sequence[Taxed]) -> Totals:
    """Return the sums of a document whose lines are all stated in one price mode.

    VAT is computed once per category and rate on the sum of the lines (EN 16931, BR-CO-14). Without VAT:
    VAT = R(base · r/100). With VAT: VAT = R(sum · r/(100 + r)), base = sum − VAT, shared over the lines.
    """
    nets = [0] * len(lines)
    found = []
    for category, rate in sorted({(line.category, line.rate) for line in lines}):
        places = [n for n, line in enumerate(lines) if (line.category, line.rate) == (category, rate)]
        stated = [lines[n].minor for n in places]
        total = _vat_total(mode, category, rate, sum(stated))
        found.append(total)
        for n, net in zip(places, _shared(total.base, stated), strict=True):
            nets[n] = net
    return Totals(tuple(nets), tuple(found))


def _vat_total(mode: str, category: str, rate: Decimal, stated: int) -> VatTotal:
    if mode == INCLUDING_VAT:
        vat = half_up(stated * Fraction(rate) / (100 + Fraction(rate)))
        return VatTotal(category, rate, stated - vat, vat)
    return VatTotal(category, rate, stated, percentage(stated, rate))


def _shared(base: int, stated: Sequence[int]) -> Iterable[int]:
    """Share the base over the lines in proportion of what they state; the shares add up to the base."""
    whole = sum(stated)
    if whole in (0, base):
        return stated
    reached = [half_up(Fraction(base * part, whole)) for part in accumulate(stated, initial=0)]
    return [after - before for before, after in pairwise(reached)]


def written(minor: int) -> str:
    """Write an amount with two decimals and a point: 32258 is `322.58`."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // CENTS}.{abs(minor) % CENTS:02d}"
