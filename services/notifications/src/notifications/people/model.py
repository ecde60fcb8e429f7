"""Decides what can be known of a person to whom a message is due."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Standing = Literal["known", "unheard", "erased"]

FIRST_LANGUAGE = "fr"


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is written to, without a name or an address."""

    person_id: UUID
    standing: Standing
    language: str = FIRST_LANGUAGE
    has_mail: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """A person's name and mail address in clear: for one letter, never kept."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    mail: str | None = field(repr=False)
    language: str


def standing(*, heard_of: bool, has_key: bool, erased: bool) -> Standing:
    """Say what a person's row and key tell; either may still be on its way."""
    if erased:
        return "erased"
    return "known" if heard_of and has_key else "unheard"
