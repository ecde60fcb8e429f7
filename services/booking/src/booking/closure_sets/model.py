"""Decides which days a site is an exception on, from the sets it follows: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

from booking.openings.model import Hours, Opening
from chassis.errors import Refused
from contracts.booking import DayHours

ClosureSet = Literal[
    "public-holidays", "school-holidays-a", "school-holidays-b", "school-holidays-c", "imported"
]
Area = Literal["57", "67", "68", "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"]

AHEAD: Final = timedelta(days=396)  # thirteen months
MOST_DAYS: Final = 1000  # days of one imported calendar

AREA_OF_ZONE: Final = {
    "America/Guadeloupe": "971",
    "America/Martinique": "972",
    "America/Cayenne": "973",
    "Indian/Reunion": "974",
    "America/Miquelon": "975",
    "Indian/Mayotte": "976",
    "America/St_Barthelemy": "977",
    "America/Marigot": "978",
    "Pacific/Wallis": "986",
    "Pacific/Tahiti": "987",
    "Pacific/Noumea": "988",
}


class YearNotCovered(Refused):
    """No dates of {closure_set} are known for {year}: they are known until {covered_until}."""

    fr = "Aucune date de {closure_set} n'est connue pour {year} : elles le sont jusqu'au {covered_until}."
    cure = (
        "Import the calendar that the ministry publishes for that year, and follow it.",
        "Importez le calendrier que le ministère publie pour cette année, et suivez-le.",
    )


class CalendarUnreadable(Refused):
    """The calendar cannot be read: {reason}."""

    status = 422
    fr = "Le calendrier est illisible : {reason}."
    cure = (
        "Give the text of an iCalendar file (.ics) with whole days in it.",
        "Donnez le texte d'un fichier iCalendar (.ics) qui contient des jours entiers.",
    )


class SubscriptionEnded(Refused):
    """The site no longer follows this set."""

    fr = "Le site ne suit plus cet ensemble."
    cure = ("Follow it anew.", "Suivez-le à nouveau.")


Days = Mapping[date, str]
"""Days and why each is unlike the others."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A set of days that a site follows, and when it is open on them; never, where openings are none."""

    subscription_id: UUID
    site_id: UUID
    closure_set: str
    area: str | None
    set_id: UUID | None
    openings: tuple[DayHours, ...]
    ended: bool = False


def spans(first: date, last: date, why: str) -> dict[date, str]:
    """Return each day from the first to the last."""
    return {first + timedelta(days=offset): why for offset in range((last - first).days + 1)}


def exceptions(
    followed: Iterable[tuple[Subscription, Days]], first: date
) -> dict[date, tuple[Hours, Subscription]]:
    """Return the exceptions of the days to come, for thirteen months; of two sets, one that closes wins."""
    ordered = sorted(followed, key=lambda each: (bool(each[0].openings), each[0].subscription_id))
    found: dict[date, tuple[Hours, Subscription]] = {}
    for subscription, days in ordered:
        for day, why in sorted(days.items()):
            if first <= day < first + AHEAD and day not in found:
                weekly = tuple(
                    Opening(day.isoweekday(), each.opens, each.closes) for each in subscription.openings
                )
                found[day] = (Hours(day, day + timedelta(days=1), weekly, why), subscription)
    return found


def check_covered(closure_set: str, days: Days, today: date) -> None:
    """Raise YearNotCovered when nothing is known of the year at hand or later."""
    if not any(day.year >= today.year for day in days):
        until = max(days, default=None)
        raise YearNotCovered(
            closure_set=closure_set, year=today.year, covered_until=until.isoformat() if until else "—"
        )
