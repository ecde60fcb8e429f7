"""Decides how a person's mail address and names are compared, and who may change a mail address."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused

Language = Literal["fr", "en"]

LONGEST_PREFIX: Final = 12
SEALED_FIELDS: Final = ("given_name", "family_name", "mail", "phone", "address")

_WORD = re.compile(r"[^\W_]+")
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_PHONE_DIGITS: Final = 9  # what is left of a French number once +33 or 0 is taken away


class MailKnownHere(Refused):
    """Another person of this territory has this mail address: {person_id}."""

    fr = "Une autre personne de ce territoire a cette adresse électronique : {person_id}."
    cure = (
        "Use that person, or leave the mail address out.",
        "Prenez cette personne, ou laissez l'adresse électronique vide.",
    )


class MailSettled(Refused):
    """This person signs in by their mail address: nobody else changes it."""

    fr = "Cette personne se connecte par son adresse électronique : nul autre ne la change."
    cure = (
        "Leave the mail address as it is; if it never worked, withdraw the person's roles first.",
        "Laissez l'adresse telle quelle ; si elle n'a jamais servi, retirez d'abord ses rôles à la personne.",
    )


class PersonShown(BaseModel):
    """A person as those who may see them do; what is erased is absent."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID
    given_name: str | None
    family_name: str | None
    mail: str | None
    phone: str | None
    address: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a person, in clear: only in memory, for the time of a request."""

    given_name: str
    family_name: str
    language: Language
    mail: str | None = None
    phone: str | None = None
    address: str | None = None

    def sealed_fields(self) -> dict[str, str]:
        """Return the fields that travel and rest sealed, by name, those that hold a text."""
        found = {name: getattr(self, name) for name in SEALED_FIELDS}
        return {name: text for name, text in found.items() if text is not None}


def may_change_mail(*, signed_in: bool, holds_roles: bool) -> bool:
    """Say whether staff may set a person's mail address.

    Whoever sets it can sign in as that person: so it stands from the first sign-in, and from the first role.
    """
    return not (signed_in or holds_roles)


def comparable_mail(mail: str) -> str:
    """Return a mail address as addresses are compared: whole and without case."""
    return unicodedata.normalize("NFKC", mail.strip()).casefold()


def words(text: str) -> list[str]:
    """Return the words of a name without case or accents: «L'Étoile d'Or» gives l, etoile, d, or."""
    letters = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    folded = unicodedata.normalize("NFKD", letters)  # a letter folded by case may be one to take apart
    return _WORD.findall("".join(letter for letter in folded if not unicodedata.combining(letter)))


def search_terms(details: Details) -> set[str]:
    """Return every term that finds a person: each beginning of each name, the mail address, the phone."""
    names = words(f"{details.given_name} {details.family_name}")
    terms = {word[:length] for word in names for length in range(1, min(len(word), LONGEST_PREFIX) + 1)}
    if details.mail:
        terms.add(comparable_mail(details.mail))
    if details.phone:
        terms.add(_digits(details.phone))
    return terms


def wanted_terms(search: str) -> set[str]:
    """Return the terms a search asks for, all to be met: words, a mail address or a phone number."""
    if "@" in search:
        return {comparable_mail(search)}
    if re.fullmatch(r"[+0-9 .()/-]{6,}", search):
        return {_digits(search)}
    found = {word[:LONGEST_PREFIX] for word in words(search)}
    return found or ({search} if search.strip() else set())  # a search without a word finds nobody


def _digits(phone: str) -> str:
    return "tel:" + "".join(filter(str.isdecimal, phone))[-_PHONE_DIGITS:]
