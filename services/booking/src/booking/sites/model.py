"""Decides what a site is to a booking: its zone, its civil day, the rules it books by."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Rules:
    """How a site books, in minutes, hours and percent; these figures hold until the site sets its own."""

    hold_minutes: int = 10
    check_in_opens_minutes: int = 30
    grace_minutes: int = 30
    free_cancel_hours: int = 24
    late_due_percent: int = 50
    no_show_due_percent: int = 100
    offer_minutes: int = 60
    offer_margin_minutes: int = 15

    @property
    def hold(self) -> timedelta:
        return timedelta(minutes=self.hold_minutes)

    @property
    def check_in_opens(self) -> timedelta:
        return timedelta(minutes=self.check_in_opens_minutes)

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self.grace_minutes)

    @property
    def offer(self) -> timedelta:
        return timedelta(minutes=self.offer_minutes)

    @property
    def offer_margin(self) -> timedelta:
        return timedelta(minutes=self.offer_margin_minutes)

    def steps(self) -> list[tuple[timedelta, int]]:
        """Return from how long before the start on giving up costs how many percent, the longest first."""
        return [(timedelta(hours=self.free_cancel_hours), self.late_due_percent)]

    def due_percent(self, ahead: timedelta) -> int:
        """Return what stays due of the price when a booking is given up so long before its start."""
        return next((due for early, due in reversed(self.steps()) if ahead < early), 0)


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the territory, with the zone that its wall clocks show."""

    site_id: UUID
    name: str
    zone: str
    rules: Rules = field(default_factory=Rules)

    def day_of(self, instant: datetime) -> date:
        """Return the civil day at the site."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def days_of(self, start: datetime, end: datetime) -> tuple[date, date]:
        """Return the first and the last civil day that the period [start, end) touches."""
        return self.day_of(start), self.day_of(end - timedelta(microseconds=1))

    def on_day(self, day: date, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """Return a period of the same length that begins at the same wall time of another day."""
        wall = start.astimezone(ZoneInfo(self.zone)).time()
        moved = datetime.combine(day, wall, ZoneInfo(self.zone)).astimezone(UTC)
        return moved, moved + (end - start)

    def wall(self, instant: datetime) -> str:
        """Write an instant as people at the site read it: `2026-03-12 08:30`."""
        return instant.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")
