"""What the « 302 » offers in the oracle's month, to whom and for how much; it imports nothing of ours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_NEVER = datetime.min.replace(tzinfo=UTC)
VAT_PERCENT = 20
CHECK_IN_OPENS, GRACE, OFFERED_BEFORE = (timedelta(minutes=each) for each in (30, 30, 20))
LATE = ((2, 90), (24, 50), (48, 25))  # given up less than so many hours before: so much stays due, in percent
MISSED_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a code costs: per hour, half-day, day or month; by audience, None is everyone else's.

    Each price says whether VAT is in it.
    """

    unit: str
    prices: dict[str | None, tuple[str, bool]]

    def price(self, audience: str) -> tuple[Fraction, bool]:
        text, with_vat = self.prices.get(audience) or self.prices[None]
        return Fraction(text) * 100, with_vat


TARIFFS = {
    "room": Tariff("hour", {None: ("14.95", True), "student": ("9.90", True), "company": ("18.00", False)}),
    "large": Tariff("hour", {None: ("26.10", True), "company": ("32.25", False)}),
    "desk": Tariff("half_day", {None: ("8.00", True), "student": ("1.99", True), "company": ("7.00", False)}),
    "office": Tariff("day", {None: ("42.00", True), "company": ("35.00", False)}),
    "plan-nomad": Tariff("month", {None: ("24.00", True)}),
    "plan-student": Tariff("month", {None: ("4.99", True)}),
    "plan-company": Tariff("month", {None: ("120.00", False)}),
}
INCLUDED = {"nomad": ("room", "hour", 6), "company": ("office", "day", 2)}  # a month, by the plan


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be booked, and the places that it takes."""

    name: str
    kind: str
    code: str
    leaves: frozenset[str]
    turnaround: timedelta = timedelta(0)


THINGS = {
    "canal": Thing("Salle Canal", "room", "room", frozenset({"canal"})),
    "cite": Thing("Salle Cité", "room", "room", frozenset({"cite"})),
    "large": Thing("Grande salle", "room", "large", frozenset({"canal", "cite"}), timedelta(minutes=15)),
    "office": Thing("Bureau 1", "office", "office", frozenset({"office"})),
    **{f"desk-{n}": Thing(f"Poste {n}", "desk", "desk", frozenset({f"desk-{n}"})) for n in (1, 2, 3)},
}


@dataclass(frozen=True, slots=True)
class Someone:
    """Who books: who pays for them, and as what audience; by a plan unless they walked in."""

    name: str
    payer: str
    audience: str
    member: bool = True


PEOPLE = {
    "noe": Someone("Noé Vidal", "noe", "nomad"),
    "aline": Someone("Aline Cros", "aline", "nomad"),
    "maud": Someone("Maud Roux", "maud", "student"),
    "paul": Someone("Paul Sicre", "atelier", "company"),
    "rose": Someone("Rose Pech", "atelier", "company"),
    "yanis": Someone("Yanis Olive", "yanis", "nomad", member=False),
}


def at(day: date, clock: str) -> datetime:
    """Return the instant at which the clocks of the hub show that time."""
    return datetime.combine(day, time.fromisoformat(clock), PARIS).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does: at what time, to which booking, or with which thing and when."""

    at: datetime
    verb: str
    by: str
    name: str
    thing: str = ""
    start: datetime = _NEVER
    end: datetime = _NEVER
