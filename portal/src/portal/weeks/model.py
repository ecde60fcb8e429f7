"""Lays a week of a site out: by resource and day, or as a list in order of time; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.planning.model import Row as DayRow
from portal.planning.model import Sheet, Use, wall

DAYS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One use in the list of a day."""

    begin: str
    end: str
    resource: str
    use: Use


@dataclass(frozen=True, slots=True)
class Row:
    """A resource through the week: its uses day by day, None where it is closed."""

    name: str
    kind: str
    days: tuple[tuple[Use, ...] | None, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a site, Monday first."""

    site_id: str
    site_name: str
    sheets: tuple[Sheet, ...]

    @property
    def monday(self) -> date:
        return self.sheets[0].day

    @property
    def before(self) -> date:
        return self.monday - timedelta(days=DAYS)

    @property
    def after(self) -> date:
        return self.monday + timedelta(days=DAYS)

    @property
    def rows(self) -> list[Row]:
        """The table: resources in the order of the first day."""
        every = [{row.resource_id: row for row in sheet.rows} for sheet in self.sheets]
        return [
            Row(
                first.name,
                first.kind,
                tuple(_uses(each.get(first.resource_id)) for each in every),
            )
            for first in self.sheets[0].rows
        ]

    @property
    def lines(self) -> list[tuple[date, list[Line]]]:
        """The list: what is taken, day by day, in order of time."""
        return [
            (
                sheet.day,
                sorted(
                    (
                        Line(wall(use.begin), wall(use.end), row.name, use)
                        for row in sheet.rows
                        for use in _uses(row) or ()
                    ),
                    key=lambda line: (line.begin, line.resource),
                ),
            )
            for sheet in self.sheets
        ]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of(monday: date) -> list[date]:
    return [monday + timedelta(days=offset) for offset in range(DAYS)]


def week(sheets: Sequence[Sheet]) -> Week:
    return Week(sheets[0].site_id, sheets[0].site_name, tuple(sheets))


def clock(use: Use) -> str:
    """Write from when to when: `09:00–10:30`."""
    return f"{wall(use.begin)}–{wall(use.end)}"


def _uses(row: DayRow | None) -> tuple[Use, ...] | None:
    """Return the uses of a resource on a day, each once; None where it is closed all day."""
    cells = row.cells if row else ()
    if all(cell.kind == "closed" for cell in cells):
        return None
    found = {(use.begin, use.end, use.booking_id): use for cell in cells for use in cell.uses}
    return tuple(found[key] for key in sorted(found))
