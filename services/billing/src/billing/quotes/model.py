"""Decides what a use costs: how many units it takes, at which price, and why."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from billing.amounts.model import half_up, in_minor, percentage, share, to_places
from billing.prices.model import SoldPrice
from contracts.money import Quantity
from contracts.values import CivilPeriod, Day, Instant

_NOON: Final = time(13)  # half-days meet at 13:00, wall time, as in the rights that booking counts
_HOUR: Final = timedelta(hours=1)
_MINUTES: Final = 60  # of an hour


class Part(NamedTuple):
    """Days [start, end) of a whole period of `days` days, counted from 0."""

    start: int
    end: int
    days: int


class Span(BaseModel):
    """A use by the clock: from one instant to another, read in the zone of the place."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["span"] = "span"
    start: Instant
    end: Instant
    zone: str

    @property
    def first(self) -> date:
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> CivilPeriod:
        return CivilPeriod(start=self.first, end=self.last + timedelta(days=1))


class Stretch(BaseModel):
    """The charged days of one billing period, in pieces that do not touch.

    `split` says that other terms hold on other days of it: then each pays for its own days.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["stretch"] = "stretch"
    period: CivilPeriod
    pieces: Annotated[tuple[CivilPeriod, ...], Field(min_length=1)]
    split: bool = False

    @property
    def parts(self) -> list[Part]:
        return [_part(piece, self.period) for piece in self.pieces]

    @property
    def days(self) -> CivilPeriod:
        return CivilPeriod(start=self.pieces[0].start, end=self.pieces[-1].end)

    @property
    def charged(self) -> int:
        """The number of days charged."""
        return sum(part.end - part.start for part in self.parts)

    @property
    def whole(self) -> int:
        """The number of days of the whole period."""
        return self.parts[0].days


class Count(BaseModel):
    """What a machine used on a day: whole minutes, or units of a material."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["count"] = "count"
    quantity: Quantity
    of: Literal["minute", "material"]
    day: Day

    @property
    def days(self) -> CivilPeriod:
        return CivilPeriod(start=self.day, end=self.day + timedelta(days=1))


Measure = Annotated[Span | Stretch | Count, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a use costs: units with four decimals, amount in minor units in the price's own mode.

    `rule` names how it was computed; the amount is exact, the quantity is for showing.
    """

    quantity: Decimal
    minor: int
    rule: str


def cost(price: SoldPrice, measure: Span | Stretch | Count, due_percent: int = 100) -> Cost:
    """Return what the use costs: rounded once, then the percentage that is due of it, rounded."""
    if isinstance(measure, Count):
        full = _counted(price, _of_count(price.unit, measure))
    else:
        full = _of_span(price, measure) if isinstance(measure, Span) else _of_stretch(price, measure)
    if due_percent == 100:  # noqa: PLR2004 - the whole
        return full
    quantity = to_places(Fraction(full.quantity) * due_percent / 100, 4)
    return Cost(quantity, percentage(full.minor, due_percent), f"{full.rule}-due-percent")


def month_of(day: date) -> CivilPeriod:
    """Return the civil month of a day."""
    first = day.replace(day=1)
    return CivilPeriod(start=first, end=(first + timedelta(days=31)).replace(day=1))


def cycle_of(cadence: str, day: date, anchor: date) -> CivilPeriod:
    """Return the billing period of a subscription begun on `anchor` that holds the day.

    By the civil day or month, or by the year counted from the anchor; 29 February falls on the 28th where it
    is missing.
    """
    match cadence:
        case "day":
            return CivilPeriod(start=day, end=day + timedelta(days=1))
        case "year":
            begun = _anniversary(anchor, day.year)
            year = day.year if begun <= day else day.year - 1
            return CivilPeriod(start=_anniversary(anchor, year), end=_anniversary(anchor, year + 1))
    return month_of(day)


def _of_span(price: SoldPrice, span: Span) -> Cost:
    if price.unit in ("month", "year"):
        parts = list(_periods(span, price.unit))
        return _prorated(price, parts) if price.prorated else _counted(price, Fraction(len(parts)))
    return _counted(price, _units(price.unit, span))


def _of_stretch(price: SoldPrice, stretch: Stretch) -> Cost:
    return (
        _prorated(price, stretch.parts) if price.prorated or stretch.split else _counted(price, Fraction(1))
    )


def _counted(price: SoldPrice, units: Fraction) -> Cost:
    minor = half_up(in_minor(price.unit_price) * units)
    return Cost(to_places(units, 4), minor, "units-times-price")


def _prorated(price: SoldPrice, parts: list[Part]) -> Cost:
    minor = sum(share(price.unit_price, *part) for part in parts)
    units = sum((Fraction(part.end - part.start, part.days) for part in parts), start=Fraction())
    return Cost(to_places(units, 4), minor, "price-by-civil-days")


def _units(unit: str, span: Span) -> Fraction:
    """Count true hours, half-days or days touched; one for a booking or a piece."""
    match unit:
        case "minute":
            return Fraction(_micros(span.end - span.start), _micros(_HOUR)) * _MINUTES
        case "hour":
            return Fraction(_micros(span.end - span.start), _micros(_HOUR))
        case "day":
            return Fraction((span.last - span.first).days + 1)
        case "half_day":
            zone = ZoneInfo(span.zone)
            last = (span.end - timedelta(microseconds=1)).astimezone(zone)
            halves = 2 * ((span.last - span.first).days + 1)
            return Fraction(halves - (span.start.astimezone(zone).time() >= _NOON) - (last.time() < _NOON))
    return Fraction(1)


def _of_count(unit: str, count: Count) -> Fraction:
    """Count minutes as minutes or hours, else one use; of a material as many units as were used."""
    if count.of == "material" or unit == "minute":
        return Fraction(count.quantity)
    return Fraction(count.quantity) / _MINUTES if unit == "hour" else Fraction(1)


def _anniversary(anchor: date, year: int) -> date:
    leap_day_missing = (anchor.month, anchor.day) == (2, 29) and not isleap(year)
    return date(year, 2, 28) if leap_day_missing else anchor.replace(year=year)


def _micros(stretch: timedelta) -> int:
    return stretch // timedelta(microseconds=1)


def _periods(span: Span, unit: str) -> Iterator[Part]:
    """Yield the touched part of each civil month or year."""
    used, day = span.days, span.first
    while day < used.end:
        period = cycle_of(unit, day, date(day.year, 1, 1))
        piece = CivilPeriod(start=max(day, period.start), end=min(used.end, period.end))
        yield _part(piece, period)
        day = period.end


def _part(piece: CivilPeriod, period: CivilPeriod) -> Part:
    days = (period.end - period.start).days
    return Part((piece.start - period.start).days, (piece.end - period.start).days, days)
