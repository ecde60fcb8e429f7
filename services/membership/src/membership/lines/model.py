"""Decides what a line says: each field read, or named as damaged with its rule, its value and its cure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeVar, get_args

from chassis.errors import Refused
from membership.affiliations.model import Role
from membership.cells.model import amount, country, day, mail, phone, text, word
from membership.organisations.model import GivenIdentifier
from membership.persons.model import Language, comparable_mail
from membership.reference.model import normalised
from membership.sheets.model import Kind

T = TypeVar("T")
Unit = Literal["money", "hour", "half_day", "day"]

_COUNTRY: Final = "FR"
_LANGUAGES: Final[Mapping[str, Language]] = {
    "fr": "fr",
    "français": "fr",
    "french": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
}
_ROLES: Final[Mapping[str, Role]] = {
    **{role: role for role in get_args(Role)},
    "administrateur": "administrator",
    "administratrice": "administrator",
    "représentant": "representative",
    "représentante": "representative",
    "salarié": "employee",
    "salariée": "employee",
}
_UNITS: Final[Mapping[str, Unit]] = {
    "€": "money",
    "eur": "money",
    "euro": "money",
    "euros": "money",
    "heure": "hour",
    "heures": "hour",
    "hour": "hour",
    "hours": "hour",
    "h": "hour",
    "demi-journée": "half_day",
    "demi-journées": "half_day",
    "half_day": "half_day",
    "half-day": "half_day",
    "jour": "day",
    "jours": "day",
    "journée": "day",
    "day": "day",
    "days": "day",
}
_WITHOUT_PLAN: Final = ("", "sans abonnement", "without subscriptions")


class CellEmpty(Refused):
    """The column {column} is empty here."""

    status = 422
    fr = "La colonne {column} est vide ici."
    cure = ("Fill it in.", "Remplissez-la.")


class LineTooWide(Refused):
    """The line has {cells} cells under {titles} titles."""

    status = 422
    fr = "La ligne a {cells} cellules sous {titles} titres."
    cure = (
        "Put a text that holds the separator between quotation marks.",
        "Mettez entre guillemets le texte qui contient le séparateur.",
    )


class HolderUnclear(Refused):
    """A line is about a member or about a company: this one names both, or neither."""

    status = 422
    fr = "Une ligne concerne un adhérent ou une entreprise : celle-ci nomme les deux, ou aucun."
    cure = ("Name exactly one.", "Nommez-en exactement un.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a line: in which column, what stands there, and the refusal that says why."""

    column: str
    value: str
    refusal: Refused

    def said(self) -> dict[str, str]:
        """Return it in words, in both languages."""
        why = self.refusal
        cures = {"cure_en": why.cure_said("en") or "", "cure_fr": why.cure_said("fr") or ""}
        words = {"en": why.said("en"), "fr": why.said("fr")}
        return {"column": self.column, "value": self.value, "rule": why.code, **words, **cures}


@dataclass(frozen=True, slots=True)
class Company:
    """A company as a line gives it."""

    reference: str | None
    name: str
    country: str
    language: Language
    identifiers: tuple[GivenIdentifier, ...]
    lines: tuple[str, ...]
    postcode: str
    town: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A plan that somebody holds; without a day to begin it begins today."""

    plan: str
    audience: str
    valid_from: date | None
    valid_until: date | None
    paid_until: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person as a line gives them; in fab-manager's export with a plan, and companies it alone names."""

    reference: str | None
    given_name: str
    family_name: str
    language: Language
    mail: str | None
    phone: str | None
    address: str | None
    company: str | None
    role: Role | None
    may_found_company: bool = False
    holding: Holding | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a line is about: a member by reference or mail, or a company by reference, SIREN or name."""

    member: str | None
    company: str | None


@dataclass(frozen=True, slots=True)
class PlanGiven:
    """A plan that somebody holds, as a line gives it."""

    holder: Holder
    holding: Holding


@dataclass(frozen=True, slots=True)
class Balance:
    """What somebody has left, as a line gives it."""

    holder: Holder
    unit: Unit
    amount: Decimal
    valid_until: date | None


Newcomer = Company | Member | PlanGiven | Balance


@dataclass(slots=True)
class Reader:
    """Reads the cells of one line, and keeps what is wrong with them."""

    cells: Mapping[str, str]
    titles: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    def take(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return what a cell says; None where it is empty or damaged."""
        if not (text := self.cells.get(name, "")):
            return None
        try:
            return parse(text)
        except Refused as refusal:
            self.findings.append(Finding(self.titles.get(name, name), text[:200], refusal))
            return None

    def need(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return what a cell says, which must not be empty."""
        if not self.cells.get(name):
            title = self.titles.get(name, name)
            self.findings.append(Finding(title, "", CellEmpty(column=title)))
        return self.take(name, parse)

    def holder(self) -> Holder:
        """Return whom the line is about."""
        found = Holder(self.take("member", text(254)), self.take("company", text(200)))
        if (found.member is None) == (found.company is None) and not self.findings:
            said = found.member or ""
            self.findings.append(Finding(self.titles.get("member", ""), said, HolderUnclear()))
        return found


def newcomer(kind: Kind, reader: Reader) -> Newcomer | None:
    """Return what a line brings; None where something is wrong, which the reader then holds."""
    read: Mapping[Kind, Callable[[Reader], Newcomer]] = {
        "companies": _company,
        "members": _member,
        "plans": _plan_given,
        "balances": _balance,
        "fab-manager": _fab_manager,
    }
    found = read[kind](reader)
    return None if reader.findings else found


def says_the_same(kind: Kind, found: Newcomer) -> dict[str, str]:
    """Return what no two lines of a file may share, by what it is: a mail address, a SIREN, a reference."""
    if isinstance(found, Company):
        numbers = {each.scheme: each.value.upper().replace(" ", "") for each in found.identifiers}
        return numbers | ({"reference": found.reference} if found.reference else {})
    if isinstance(found, Member):
        given = {"reference": found.reference, "mail": found.mail and comparable_mail(found.mail)}
        return {name: value for name, value in given.items() if value}
    holder = (found.holder.member or found.holder.company or "").casefold()
    what = found.unit if isinstance(found, Balance) else normalised(found.holding.plan)
    return {kind: f"{holder}\n{what}"}


def _company(reader: Reader) -> Company:
    schemes: tuple[Literal["siren", "vat"], ...] = ("siren", "vat")
    given = [(scheme, reader.take(scheme, text(40))) for scheme in schemes]
    return Company(
        reference=reader.take("reference", text(100)),
        name=reader.need("name", text(200)) or "",
        country=reader.take("country", country) or _COUNTRY,
        language=reader.take("language", word(_LANGUAGES)) or "fr",
        identifiers=tuple(GivenIdentifier(scheme=scheme, value=value) for scheme, value in given if value),
        lines=tuple(filter(None, [reader.take("address", text(200))])),
        postcode=reader.take("postcode", text(20)) or "",
        town=reader.take("town", text(100)) or "",
    )


def _member(reader: Reader) -> Member:
    return Member(
        reference=reader.take("reference", text(100)),
        given_name=reader.need("given_name", text(100)) or "",
        family_name=reader.need("family_name", text(100)) or "",
        language=reader.take("language", word(_LANGUAGES)) or "fr",
        mail=reader.take("mail", mail),
        phone=reader.take("phone", phone),
        address=reader.take("address", text(500, lines=True)),
        company=reader.take("company", text(200)),
        role=reader.take("role", word(_ROLES)),
    )


def _plan_given(reader: Reader) -> PlanGiven:
    return PlanGiven(reader.holder(), _holding(reader))


def _holding(reader: Reader) -> Holding:
    return Holding(
        plan=reader.need("plan", text(200)) or "",
        audience=reader.take("audience", text(100)) or "",
        valid_from=reader.take("from", day),
        valid_until=reader.take("until", day),
        paid_until=reader.take("paid_until", day),
    )


def _balance(reader: Reader) -> Balance:
    return Balance(
        reader.holder(),
        reader.need("unit", word(_UNITS)) or "money",
        reader.need("amount", amount) or Decimal(0),
        reader.take("until", day),
    )


def _fab_manager(reader: Reader) -> Member:
    """Read a line of fab-manager's export: its subscription is paid there until its last day."""
    found = replace(_member(reader), may_found_company=True)
    if normalised(reader.cells.get("plan", "")) in _WITHOUT_PLAN:
        return found
    held = _holding(reader)
    return replace(found, holding=replace(held, paid_until=held.valid_until))
