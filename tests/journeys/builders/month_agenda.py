"""What is done at the « 302 » in March 2026: drawn from a seed, and some of it said by hand."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from month_tables import Act, at

SEED = 302
_DAYS = [day for n in range(31) if (day := date(2026, 3, 1) + timedelta(days=n)).isoweekday() < 6]
DAYS = _DAYS[1:]  # on the first Monday everything is made ready and asked for
_MEMBERS = ("noe", "aline", "maud", "paul", "rose")
_THINGS = ("canal", "canal", "cite", "large", "large", "desk-1", "desk-2", "office")
_FATES = ("comes", "absent", "comes late", "gives up early", "on the eve", "in the morning", "leaves")
_HOW_OFTEN = (40, 12, 6, 12, 9, 9, 12)
_DRAWN = 40
_WEEK = timedelta(days=7)


def agenda(seed: int = SEED) -> list[Act]:
    """Return all acts of the month in their order."""
    draw = random.Random(seed)  # noqa: S311 - the same month each time
    acts = [act for number in range(_DRAWN) for act in _visit(draw, f"visit-{number}")]
    acts += [*_dates_of_a_series(), *_walk_in(date(2026, 3, 17)), *_closures(), *_somebody_waits()]
    return sorted(acts, key=lambda act: act.at)


def days_of_series() -> list[date]:
    """The Tuesdays of the series: the last one comes after the clocks went forward."""
    return [date(2026, 3, 10) + n * _WEEK for n in range(4)]


def _visit(draw: random.Random, name: str) -> Iterator[Act]:
    """Draw one booking: asked for up to ten days before, waited for where it is taken, then lived."""
    who, thing, day = draw.choice(_MEMBERS), draw.choice(_THINGS), draw.choice(DAYS)
    start, end = _time(draw, thing, day)
    asked = at(max(_DAYS[0], day - timedelta(days=draw.randint(1, 10))), "08:10")
    fate = draw.choices(_FATES, _HOW_OFTEN)[0]
    book = Act(asked, "book", who, name, thing, start, end)
    yield book
    yield replace(book, verb="wait")
    yield from _lived(draw, book, day, fate)


def _time(draw: random.Random, thing: str, day: date) -> tuple[datetime, datetime]:
    if thing == "office":
        return at(day, "09:00"), at(day, "18:00")
    if thing.startswith("desk"):
        opens, closes = draw.choice((("09:00", "12:30"), ("09:00", "18:00"), ("14:00", "18:00")))
        return at(day, opens), at(day, closes)
    start = at(day, draw.choice(("09:00", "10:00", "14:00")))
    return start, start + draw.choice((1, 1.5, 2, 3)) * timedelta(hours=1)


def _lived(draw: random.Random, book: Act, day: date, fate: str) -> Iterator[Act]:
    soon, later = book.start + timedelta(minutes=10), book.start + timedelta(minutes=40)
    comes = replace(book, at=soon, verb="check in")
    match fate:
        case "comes":
            yield comes
        case "comes late":
            yield replace(comes, at=later)
        case "gives up early":
            yield replace(book, at=max(book.at, at(day - timedelta(days=4), "08:10")), verb="cancel")
        case "on the eve":
            eve = at(day - timedelta(days=1), draw.choice(("08:10", "14:10")))
            yield replace(book, at=max(book.at, eve), verb="cancel")
        case "in the morning":
            yield replace(book, at=at(day, draw.choice(("08:10", "08:40"))), verb="cancel")
        case "leaves":
            yield from (comes, replace(book, at=later, verb="check out"))
    if fate in ("absent", "leaves"):
        yield from _takes_the_rest(draw, book, later)


def _takes_the_rest(draw: random.Random, book: Act, later: datetime) -> Iterator[Act]:
    """Somebody else books what was left, and comes at once."""
    start = book.start + timedelta(hours=1)
    if start < book.end:
        other = draw.choice([each for each in _MEMBERS if each != book.by])
        rest = Act(later, "book", other, f"{book.name}-rest", book.thing, start, book.end)
        yield from (rest, replace(rest, verb="check in"))


def _dates_of_a_series() -> Iterator[Act]:
    first, *_, last = days = days_of_series()
    began = Act(
        at(_DAYS[0], "08:10"), "series", "maud", "series", "cite", at(first, "16:00"), at(last, "17:30")
    )
    yield began
    for day in (first, days[2], last):
        yield Act(at(day, "16:10"), "check in", "maud", f"series-{day}")


def _walk_in(day: date) -> Iterator[Act]:
    now = at(day, "09:40")
    came = Act(now, "book", "yanis", "walk-in", "desk-3", at(day, "09:30"), at(day, "12:30"))
    yield from (came, replace(came, verb="check in"))
    yield replace(came, at=at(day, "14:10"), verb="check out")  # noticed when it was over long since


def _closures() -> Iterator[Act]:
    """An afternoon of works on the whole place, then a day on which one room is out of use."""
    whole, half = date(2026, 3, 19), date(2026, 3, 24)
    yield Act(
        at(date(2026, 3, 12), "08:20"), "close", "desk", "works", "", at(whole, "12:30"), at(whole, "19:00")
    )
    for name, thing, clock in (
        ("c-1", "canal", "10:00"),
        ("c-2", "large", "14:00"),
        ("c-3", "desk-1", "14:00"),
    ):
        start = at(half if thing != "desk-1" else whole, clock)
        asked = Act(at(_DAYS[0], "08:10"), "book", "noe", name, thing, start, start + timedelta(hours=2))
        yield from (asked, replace(asked, at=start + timedelta(minutes=10), verb="check in"))
    spent = at(half, "00:00"), at(half + timedelta(days=1), "00:00")
    yield Act(at(date(2026, 3, 16), "08:20"), "close", "desk", "painting", "canal", *spent)
    late = at(date(2026, 3, 17), "08:10")
    yield Act(late, "book", "aline", "c-4", "large", at(half, "09:00"), at(half, "10:00"))
    yield Act(late, "book", "aline", "c-5", "desk-2", at(whole, "14:00"), at(whole, "18:00"))


def _somebody_waits() -> Iterator[Act]:
    """A half of the large room is taken; who wants the whole of it waits, and has it when it is given up."""
    day = date(2026, 3, 26)
    half = Act(at(_DAYS[0], "08:10"), "book", "aline", "w-1", "cite", at(day, "11:00"), at(day, "12:00"))
    whole = replace(half, at=at(date(2026, 3, 5), "08:10"), by="paul", name="w-2", thing="large")
    yield from (half, whole, replace(whole, verb="wait"))
    yield replace(half, at=at(date(2026, 3, 20), "08:10"), verb="cancel")
    yield replace(whole, at=at(day, "11:10"), verb="check in")
