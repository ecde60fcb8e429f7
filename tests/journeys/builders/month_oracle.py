"""A hub kept by hand: what becomes of each act of a month, who came, what is due. It imports nothing of ours.

Where it agrees with the platform, two computations agree.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from month_tables import (
    CHECK_IN_OPENS,
    GRACE,
    INCLUDED,
    LATE,
    MISSED_PERCENT,
    OFFERED_BEFORE,
    PARIS,
    PEOPLE,
    TARIFFS,
    THINGS,
    VAT_PERCENT,
    Act,
    at,
)

DONE, CLOSED, TAKEN, WAITING, NOT_NOW = "done", "closed", "slot-taken", "already-waiting", "not-possible-now"
LIVE, COUNTED = ("confirmed", "checked_in"), ("confirmed", "checked_in", "no_show")
_ONE_O_CLOCK = time(13)

Dues = dict[str, tuple[str, int]]
Bill = tuple[str, bool, int, int]


@dataclass(slots=True)
class Use:
    """A booking, or the wish for one, and what became of it."""

    name: str
    person: str
    thing: str
    start: datetime
    end: datetime
    state: str = "confirmed"
    by_plan: bool = False
    due_percent: int = 100
    left_at: datetime | None = None

    @property
    def day(self) -> date:
        return self.start.astimezone(PARIS).date()

    @property
    def blocks_until(self) -> datetime:
        return (self.left_at or self.end) + THINGS[self.thing].turnaround

    def takes(self, leaves: frozenset[str], start: datetime, until: datetime) -> bool:
        """Whether it keeps others from one of these places at some time of these."""
        mine = self.state in LIVE and THINGS[self.thing].leaves & leaves
        return bool(mine) and self.start < until and self.blocks_until > start

    def state_at(self, now: datetime) -> str:
        over = self.left_at is not None or self.end <= now
        return "completed" if self.state == "checked_in" and over else self.state


@dataclass(slots=True)
class HandKept:
    """The hub's book, kept act by act."""

    now: datetime
    uses: dict[str, Use] = field(default_factory=dict)
    waiting: list[Use] = field(default_factory=list)
    offered: list[Use] = field(default_factory=list)
    closures: list[Use] = field(default_factory=list)
    turned_away: set[str] = field(default_factory=set)

    def reach(self, moment: datetime) -> list[Use]:
        """Let time pass; return whom nobody waits for any more, and offer what they leave."""
        self.now = moment
        missed = [
            each
            for each in self.uses.values()
            if each.state == "confirmed" and min(each.start + GRACE, each.end) <= moment
        ]
        for each in missed:
            each.state, each.due_percent = "no_show", MISSED_PERCENT
        self._offer()
        return missed

    def does(self, act: Act) -> str | None:
        """Return what the act is answered: done, or a refusal; None where there is nothing to act on."""
        if act.verb == "series":
            return self._repeats(act)
        if act.verb in ("book", "wait"):
            return self._wanted(act)
        use = self.uses.get(act.name)
        if use is None:
            return None
        verbs = {"cancel": self._cancel, "check in": self._check_in, "check out": self._check_out}
        return verbs[act.verb](use)

    def closes(self, act: Act) -> list[Use]:
        """Close a thing, or the whole place; return the bookings that this hits."""
        closure = Use(act.name, "", act.thing, act.start, act.end)
        self.closures.append(closure)
        return [each for each in self.uses.values() if each.state in LIVE and self._hits(closure, each)]

    def called_off(self, use: Use) -> None:
        """Cancel what a closure hits: nothing stays due."""
        use.state, use.due_percent = "cancelled", 0
        self._offer()

    def moves(self, use: Use, thing: str) -> bool:
        """Have a booking use another thing at its time, where that is free."""
        if self._closed(thing, use.start, use.end) or not self._free(thing, use.start, use.end):
            return False
        use.thing = thing
        use.by_plan = self._by_plan(use)
        self._offer()
        return True

    def accepts(self) -> Iterator[Use]:
        """Give what was offered to who waited for it, one after the other."""
        while self.offered:
            yield self.offered.pop(0)

    def _wanted(self, act: Act) -> str | None:
        use = Use(act.name, act.by, act.thing, act.start, act.end)
        if act.verb == "wait":
            return self._waits(use) if act.name in self.turned_away else None
        if self._closed(act.thing, act.start, act.end):
            return CLOSED
        if not self._free(act.thing, act.start, act.end):
            self.turned_away.add(act.name)
            return TAKEN
        self._keep(use)
        return DONE

    def _repeats(self, act: Act) -> str:
        """Book every week at one wall time what is free; other dates are left out."""
        first, last = (each.astimezone(PARIS) for each in (act.start, act.end))
        for weeks in range((last.date() - first.date()).days // 7 + 1):
            day = first.date() + timedelta(weeks=weeks)
            start, end = (at(day, f"{each:%H:%M}") for each in (first, last))
            self._wanted(Act(act.at, "book", act.by, f"{act.name}-{day}", act.thing, start, end))
        return DONE

    def _waits(self, wish: Use) -> str:
        kind = THINGS[wish.thing].kind
        for each in self.waiting:
            same = each.person == wish.person and THINGS[each.thing].kind == kind
            if same and each.start > self.now and each.start < wish.end and each.end > wish.start:
                return WAITING
        self.waiting.append(wish)
        return DONE

    def _keep(self, use: Use) -> None:
        use.by_plan = self._by_plan(use)
        self.uses[use.name] = use

    def _offer(self) -> None:
        """Keep what is free now for the first who waits for it."""
        for wish in list(self.waiting):
            span = wish.thing, wish.start, wish.end
            if self.now + OFFERED_BEFORE < wish.start and not self._closed(*span) and self._free(*span):
                self.waiting.remove(wish)
                self._keep(wish)
                self.offered.append(wish)

    def _cancel(self, use: Use) -> str:
        if use.state != "confirmed":
            return NOT_NOW
        ahead = use.start - self.now
        use.due_percent = next((due for hours, due in LATE if ahead < timedelta(hours=hours)), 0)
        use.state = "cancelled"
        self._offer()
        return DONE

    def _check_in(self, use: Use) -> str:
        if use.state != "confirmed":
            return NOT_NOW
        if not use.start - CHECK_IN_OPENS <= self.now < min(use.start + GRACE, use.end):
            return "check-in-closed"
        use.state = "checked_in"
        return DONE

    def _check_out(self, use: Use) -> str:
        if use.state_at(self.now) != "checked_in":
            return NOT_NOW
        use.left_at = self.now
        self._offer()
        return DONE

    def _free(self, thing: str, start: datetime, end: datetime) -> bool:
        leaves, until = THINGS[thing].leaves, end + THINGS[thing].turnaround
        return not any(each.takes(leaves, start, until) for each in self.uses.values())

    def _closed(self, thing: str, start: datetime, end: datetime) -> bool:
        use = Use("", "", thing, start, end)
        return any(self._hits(each, use) for each in self.closures)

    def _hits(self, closure: Use, use: Use) -> bool:
        here = not closure.thing or THINGS[closure.thing].leaves & THINGS[use.thing].leaves
        return bool(here) and closure.start < use.end and closure.end > use.start

    def _by_plan(self, use: Use) -> bool:
        """Whether the plan of who pays holds the whole use. What else is not paid in money joins here."""
        someone, kind = PEOPLE[use.person], THINGS[use.thing].kind
        included = INCLUDED.get(someone.audience)
        if not someone.member or included is None or included[0] != kind:
            return False
        month = (use.day.year, use.day.month)
        taken = sum(
            units(included[1], each)
            for each in self.uses.values()
            if each is not use
            and each.by_plan
            and each.state in COUNTED
            and PEOPLE[each.person].payer == someone.payer
            and (each.day.year, each.day.month) == month
        )
        return taken + units(included[1], use) <= included[2]


Row = tuple[str, datetime, datetime, str, str]


def planning(book: HandKept, day: date) -> dict[str, list[Row]]:
    """Return what is taken of each thing on a day: by whom, from when to when, and how far that is."""
    found: dict[str, list[Row]] = {THINGS[key].name: [] for key in THINGS}
    for use in (each for each in book.uses.values() if each.day == day and each.state in LIVE):
        for key in (key for key in THINGS if THINGS[key].leaves & THINGS[use.thing].leaves):
            row = ("", use.start, use.end, use.state_at(book.now), PEOPLE[use.person].name)
            found[THINGS[key].name].append(row)
    return {name: sorted(rows) for name, rows in found.items()}


def door_list(book: HandKept, day: date) -> list[Row]:
    """Return everybody who was ever expected on a day, and what became of them."""
    return sorted(
        (
            THINGS[each.thing].name,
            each.start,
            each.end,
            each.state_at(book.now),
            PEOPLE[each.person].name,
        )
        for each in book.uses.values()
        if each.day == day
    )


def here(book: HandKept) -> list[tuple[str, str]]:
    """Return who is at the hub now, and where."""
    running = [each for each in book.uses.values() if each.state_at(book.now) == "checked_in"]
    return sorted((PEOPLE[each.person].name, THINGS[each.thing].name) for each in running)


def at_door(book: HandKept, thing: str) -> tuple[str | None, str | None]:
    """Return whose time it is behind a door, and whose is next on the same day."""
    leaves, today = THINGS[thing].leaves, book.now.astimezone(PARIS).date()
    behind = [
        each
        for each in book.uses.values()
        if each.state in LIVE and not each.left_at and THINGS[each.thing].leaves & leaves
    ]
    ordered = [each for each in sorted(behind, key=lambda each: each.start) if each.day == today]
    current = next((each for each in ordered if each.start <= book.now < each.end), None)
    following = next((each for each in ordered if each.start > book.now), None)
    return tuple(PEOPLE[each.person].name if each else None for each in (current, following))  # type: ignore[return-value]  # two of them


def attendance(book: HandKept) -> dict[str, bool]:
    """Return of each booking that was not given up whether its person came."""
    kept = {name: each.state for name, each in book.uses.items() if each.state != "cancelled"}
    return {name: state == "checked_in" for name, state in kept.items()}


def dues(book: HandKept) -> Dues:
    """Return for each booking how it is charged, and for how many cents."""
    return {name: _due(each) for name, each in book.uses.items()}


def fees() -> Dues:
    """Return what each plan costs for the whole month, by who pays it."""
    payers = {each.payer for each in PEOPLE.values() if each.member}
    return {payer: ("pending", rounded(_plan_price(payer)[0])) for payer in payers}


def bills(book: HandKept) -> set[Bill]:
    """Return what each payer is invoiced: whether VAT is in the prices, the sum without it, the VAT."""
    sums: dict[tuple[str, bool], int] = defaultdict(int)
    for name, (_, cents) in dues(book).items():
        someone, code = PEOPLE[book.uses[name].person], THINGS[book.uses[name].thing].code
        sums[someone.payer, TARIFFS[code].price(someone.audience)[1]] += cents
    for payer, (_, cents) in fees().items():
        sums[payer, _plan_price(payer)[1]] += cents
    return set(_bills(sums.items()))


def units(unit: str, use: Use) -> Fraction:
    """Count true hours, half-days that meet at one o'clock, or days."""
    if unit == "hour":
        return Fraction(int((use.end - use.start).total_seconds()), 3600)
    first, last = use.start.astimezone(PARIS), use.end.astimezone(PARIS)
    days = (last.date() - first.date()).days + 1
    if unit == "half_day":
        return Fraction(2 * days - (first.time() >= _ONE_O_CLOCK) - (last.time() <= _ONE_O_CLOCK))
    return Fraction(days)


def rounded(value: Fraction) -> int:
    """Round to the nearest whole, halves up."""
    return int((2 * value.numerator + value.denominator) // (2 * value.denominator))


def _plan_price(payer: str) -> tuple[Fraction, bool]:
    audience = next(each.audience for each in PEOPLE.values() if each.payer == payer)
    return TARIFFS[f"plan-{audience}"].price(audience)


def _due(use: Use) -> tuple[str, int]:
    if use.by_plan:
        return "included", 0
    if use.due_percent == 0:
        return "cancelled", 0
    tariff = TARIFFS[THINGS[use.thing].code]
    full = rounded(tariff.price(PEOPLE[use.person].audience)[0] * units(tariff.unit, use))
    return "pending", rounded(Fraction(full * use.due_percent, 100))


def _bills(sums: Iterable[tuple[tuple[str, bool], int]]) -> Iterator[Bill]:
    for (payer, with_vat), cents in sums:
        if with_vat:
            vat = rounded(Fraction(cents * VAT_PERCENT, 100 + VAT_PERCENT))
            yield payer, with_vat, cents - vat, vat
        elif cents:
            yield payer, with_vat, cents, rounded(Fraction(cents * VAT_PERCENT, 100))
