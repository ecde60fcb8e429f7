"""The days of the demo: civil months, working days, and instants as the wall clocks of the hub show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
_SATURDAY = 6
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A civil month, named by its first day."""

    first: date

    @classmethod
    def named(cls, text: str) -> Month:
        """Read `2026-03`; raises ValueError for anything else."""
        return cls(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date())

    @property
    def next(self) -> Month:
        return Month((self.first + 31 * _DAY).replace(day=1))

    @property
    def days(self) -> int:
        return (self.next.first - self.first).days

    def day(self, number: int) -> date:
        return self.first.replace(day=number)

    def workdays(self, since: int = 3) -> list[date]:
        """Return the days from Monday to Friday, from that day of the month on."""
        days = (self.first + number * _DAY for number in range(since - 1, self.days))
        return [day for day in days if day.isoweekday() < _SATURDAY]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def at(day: date, clock: str) -> datetime:
    """Return the instant at which clocks at the hub show `09:30` on that day."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def instant(moment: datetime) -> str:
    """Write an instant as the API takes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
