"""Who lives the demo: staff, forty persons and twelve companies, drawn from the seed; nobody exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from maillage.demo.draws import FAMILY, GIVEN, PLACES, TRADES, Draws, mail_part

OPERATOR_COMPANY = "La Mêlée"
WILDIX = "wildix"
WALK_IN = "walk-in"
MEMBERS = {"nomad": 7, "micro_entrepreneur": 6, "teleworker": 5, "project_holder": 5, "student": 4}
COMPANIES = 12
BOOKER = "for-company-2"  # who books for a company what others do not
_LATE_JOINERS = {"nomad-7": 9, "micro_entrepreneur-6": 12, "company-12": 17}  # first day of their membership
LEAVER, LAST_DAYS = "project_holder-5", 15  # whose membership ends within the second month, after these days
_STAFF = {
    "administrator": "administration@carcassonne.example",
    "director": "direction@carcassonne.example",
    "hub": "hub@carcassonne.example",
    "finance": "finances@carcassonne.example",
    "desk": "accueil@lamelee.example",
    "partner": "contact@cci-aude.example",
}


@dataclass(frozen=True, slots=True)
class Character:
    """A fictional person; without a mail address they walk in and never sign in."""

    key: str
    person_id: str
    given_name: str
    family_name: str
    mail: str | None
    audience: str = ""
    company: str | None = None
    since: int = 1

    @property
    def payer(self) -> str:
        return self.company or self.key


@dataclass(frozen=True, slots=True)
class Company:
    """A company that joins; only Wildix exists, the others are drawn."""

    key: str
    name: str
    siren: str
    since: int = 1


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, by key."""

    staff: dict[str, Character] = field(default_factory=dict)
    persons: dict[str, Character] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)

    def signing_in(self) -> list[Character]:
        """Return those who act themselves: whoever has a mail address."""
        return [each for each in (*self.staff.values(), *self.persons.values()) if each.mail]

    def members(self) -> list[Character]:
        """Return who has a plan: neither the walk-in, nor Wildix, which came for the fibre."""
        return [each for each in self.persons.values() if each.key != WALK_IN and each.company != WILDIX]


def cast(draws: Draws) -> Cast:
    """Draw everybody."""
    names = _names(draws)
    found = Cast()
    for key, mail in _STAFF.items():
        found.staff[key] = _character(draws, key, next(names), mail)
    for audience, count in MEMBERS.items():
        for number in range(1, count + 1):
            key, name = f"{audience}-{number}", next(names)
            mail = f"{mail_part(name[0])}.{mail_part(name[1])}@adherents.example"
            found.persons[key] = _character(draws, key, name, mail, audience)
    for company in _companies(draws):
        found.companies[company.key] = company
        key, name = f"for-{company.key}", next(names)
        mail = f"{mail_part(name[0])}.{mail_part(name[1])}@{company.key}.example"
        found.persons[key] = _character(draws, key, name, mail, "company", company)
    found.persons[WALK_IN] = _character(draws, WALK_IN, next(names), None, "nomad")
    return found


def _character(
    draws: Draws,
    key: str,
    name: tuple[str, str],
    mail: str | None,
    audience: str = "",
    company: Company | None = None,
) -> Character:
    since = company.since if company else _LATE_JOINERS.get(key, 1)
    person_id = draws.id("person", key)
    return Character(key, person_id, *name, mail, audience, company.key if company else None, since)


def _companies(draws: Draws) -> Iterator[Company]:
    yield Company(WILDIX, "Wildix France", draws.siren(WILDIX))
    trades, places = draws.shuffled(TRADES, "trades"), draws.shuffled(PLACES, "places")
    for number in range(2, COMPANIES + 1):
        key = f"company-{number}"
        name = f"{trades[number]} {places[number % len(places)]}"
        yield Company(key, name, draws.siren(key), _LATE_JOINERS.get(key, 1))


def _names(draws: Draws) -> Iterator[tuple[str, str]]:
    """Yield names of which no two are the same."""
    yield from zip(draws.shuffled(GIVEN, "given"), draws.shuffled(FAMILY, "family"), strict=False)
    yield from zip(draws.shuffled(GIVEN, "given again"), draws.shuffled(FAMILY, "family again"), strict=False)
