"""Lays the day of a site out as rows and cells of half hours: pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

STEP: Final = 30  # minutes
KINDS: Final = ("room", "office", "desk", "equipment")
_DAY: Final = 24 * 60
_USUAL: Final = (8 * 60 + 30, 19 * 60)  # shown of a day on which nothing opens

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Use:
    """A stretch that is taken, in minutes of the day; whose it is, where the reader may know."""

    begin: int
    end: int
    booking_id: str = ""
    person_name: str = ""
    state: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Neighbouring half hours of the same kind: free, taken, closed or past; free ones stand alone."""

    kind: str
    begin: int
    end: int
    uses: tuple[Use, ...] = ()

    @property
    def span(self) -> int:
        return (self.end - self.begin) // STEP

    @property
    def start(self) -> str:
        return wall(self.begin)

    @property
    def until(self) -> str:
        return wall(self.end)

    @property
    def own(self) -> bool:
        return any(use.own for use in self.uses)


@dataclass(frozen=True, slots=True)
class Row:
    """A resource through the day."""

    resource_id: str
    name: str
    kind: str
    capacity: int | None
    cells: tuple[Cell, ...]

    @property
    def stretches(self) -> list[Cell]:
        """The same day as a list: free halves joined, what is closed or past left out."""
        shown = [cell for cell in self.cells if cell.kind in ("free", "taken")]
        found: list[Cell] = []
        for cell in shown:
            last = found[-1] if found else None
            if last and last.kind == cell.kind == "free" and last.end == cell.begin:
                found[-1] = Cell("free", last.begin, cell.end)
            else:
                found.append(cell)
        return found

    @property
    def share(self) -> int:
        """How much of the opening time is taken, in percent."""
        taken = sum(cell.span for cell in self.cells if cell.kind == "taken")
        whole = sum(cell.span for cell in self.cells if cell.kind != "closed")
        return round(100 * taken / whole) if whole else 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A day of a site, laid out."""

    site_id: str
    site_name: str
    day: date
    begin: int
    end: int
    rows: tuple[Row, ...] = field(default=())
    closed: str = ""

    @property
    def hours(self) -> list[tuple[str, int]]:
        """The head of the table: each full hour, with the half hours under it."""
        halves = range(self.begin, self.end, STEP)
        return [(wall(60 * hour), len(list(each))) for hour, each in groupby(halves, lambda at: at // 60)]

    @property
    def halves(self) -> int:
        """How many half hours are shown."""
        return (self.end - self.begin) // STEP

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows by kind, kinds in the order in which people ask for them."""
        rows = sorted(
            self.rows, key=lambda row: (KINDS.index(row.kind) if row.kind in KINDS else len(KINDS), row.kind)
        )
        return [(kind, list(each)) for kind, each in groupby(rows, lambda row: row.kind)]

    @property
    def is_open(self) -> bool:
        return any(cell.kind != "closed" for row in self.rows for cell in row.cells)

    @property
    def next_day(self) -> date:
        return self.day + timedelta(days=1)

    @property
    def previous_day(self) -> date:
        return self.day - timedelta(days=1)


def sheet(planning: Json, now: datetime, person_id: str) -> Sheet:
    """Lay a planning out as it is at this moment, for this reader."""
    day, zone = date.fromisoformat(planning["day"]), ZoneInfo(planning["zone"])
    resources = sorted(planning["resources"], key=lambda each: _counted(each["name"]))
    opened = [opening_hours(each["opening_hours"]) for each in resources]
    begin, end = _frame([stretch for hours in opened for stretch in hours])
    reached = _reached(day, now, zone)
    rows = tuple(
        _row(each, hours, _uses(each["taken"], day, zone, person_id), (begin, end, reached))
        for each, hours in zip(resources, opened, strict=True)
    )
    reasons = dict.fromkeys(each["closed"] for each in resources if each.get("closed"))
    return Sheet(planning["site_id"], planning["site_name"], day, begin, end, rows, ", ".join(reasons))


def _counted(name: str) -> list[tuple[int, str]]:
    """Order names as people count: «Poste 2» comes before «Poste 10»."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def opening_hours(text: str) -> list[tuple[int, int]]:
    """Read hours as booking names them: `08:30–12:00, 14:00–19:00`."""
    stretches = [part.split("–") for part in text.split(", ") if part]
    return [(minutes(opens), minutes(closes)) for opens, closes in stretches]


def minutes(text: str) -> int:
    """Read a time of day: `08:30` is 510."""
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def wall(at: int) -> str:
    """Write a time of day."""
    return f"{at // 60:02}:{at % 60:02}"


def _frame(opened: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return from when to when the day is shown, on half hours."""
    if not opened:
        return _USUAL
    begin = min(opens for opens, _ in opened)
    end = max(closes for _, closes in opened)
    return begin - begin % STEP, end + -end % STEP


def _reached(day: date, now: datetime, zone: ZoneInfo) -> int:
    """Return up to which minute the day is past."""
    local = now.astimezone(zone)
    if local.date() == day:
        return 60 * local.hour + local.minute
    return _DAY if local.date() > day else 0


def _uses(taken: Sequence[Json], day: date, zone: ZoneInfo, person_id: str) -> list[Use]:
    return [
        Use(
            begin=_minute(each["start"], day, zone),
            end=_minute(each["end"], day, zone),
            booking_id=each.get("booking_id") or "",
            person_name=each.get("person_name") or "",
            state=each.get("state") or "",
            own=bool(person_id) and each.get("person_id") == person_id,
        )
        for each in taken
    ]


def _minute(instant: str, day: date, zone: ZoneInfo) -> int:
    """Return the minute of the day in wall time; what lies on another day, at its edge."""
    local = datetime.fromisoformat(instant).astimezone(zone)
    if local.date() < day:
        return 0
    return 60 * local.hour + local.minute if local.date() == day else _DAY


def _row(
    resource: Json, hours: Sequence[tuple[int, int]], uses: Sequence[Use], frame: tuple[int, int, int]
) -> Row:
    begin, end, reached = frame
    halves = [_half(at, hours, uses, reached) for at in range(begin, end, STEP)]
    return Row(
        resource_id=resource["resource_id"],
        name=resource["name"],
        kind=resource["kind"],
        capacity=resource["capacity"],
        cells=tuple(_joined(halves)),
    )


def _half(at: int, hours: Sequence[tuple[int, int]], uses: Sequence[Use], reached: int) -> Cell:
    """Say what a half hour is; what is taken counts before what is closed, for it can be both."""
    taken = tuple(use for use in uses if use.begin < at + STEP and use.end > at)
    if taken:
        return Cell("taken", at, at + STEP, taken)
    if not any(opens <= at and at + STEP <= closes for opens, closes in hours):
        return Cell("closed", at, at + STEP)
    return Cell("past" if at < reached else "free", at, at + STEP)


def _joined(halves: Sequence[Cell]) -> Iterator[Cell]:
    """Join neighbours of one kind, and of the same uses; a free half hour is a choice of its own."""
    for (kind, uses), same in groupby(halves, lambda cell: (cell.kind, cell.uses)):
        cells = list(same)
        if kind == "free":
            yield from cells
        else:
            yield Cell(kind, cells[0].begin, cells[-1].end, uses)
