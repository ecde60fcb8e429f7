"""Decides which civil day an instant falls on: by the site's zone, else the territory's."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

MAINLAND: Final = "Europe/Paris"  # where nothing else is known yet


@dataclass(frozen=True, slots=True)
class Site:
    """A site: its name, where it stands, and its zone."""

    site_id: UUID
    name: str
    address: str
    postcode: str
    town_name: str
    zone: str

    @property
    def place(self) -> str:
        """The address on one line."""
        return f"{self.address}, {self.postcode} {self.town_name}"


def day_of(instant: datetime, zone: str) -> date:
    """Return the civil day in the zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """Return the first instant of a civil day in the zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))
