"""Decides what one cell says, and names what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from chassis.errors import Refused

W = TypeVar("W")

_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE: Final = re.compile(r"\+?[0-9 .()/-]{6,30}")
_DAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})"),
)
_LONGEST_MAIL: Final = 254
_LARGEST: Final = 10_000_000


class TextTooLong(Refused):
    """The text is longer than {most} characters, or holds characters that cannot be seen."""

    status = 422
    fr = "Le texte dépasse {most} caractères, ou contient des caractères invisibles."
    cure = ("Shorten it, or type it again.", "Raccourcissez-le, ou saisissez-le de nouveau.")


class MailUnreadable(Refused):
    """{value} is no mail address."""

    status = 422
    fr = "{value} n'est pas une adresse électronique."
    cure = ("Correct it, or leave it empty.", "Corrigez-la, ou laissez-la vide.")


class PhoneUnreadable(Refused):
    """{value} is no telephone number: 6 to 30 digits, spaces and signs."""

    status = 422
    fr = "{value} n'est pas un numéro de téléphone : 6 à 30 chiffres, espaces et signes."
    cure = ("Correct it, or leave it empty.", "Corrigez-le, ou laissez-le vide.")


class DayUnreadable(Refused):
    """{value} is no day: write 31/12/2026 or 2026-12-31."""

    status = 422
    fr = "{value} n'est pas un jour : écrivez 31/12/2026 ou 2026-12-31."
    cure = ("Write the day so.", "Écrivez ainsi le jour.")


class AmountUnreadable(Refused):
    """{value} is no amount above zero with at most two decimals."""

    status = 422
    fr = "{value} n'est pas un montant supérieur à zéro, avec deux décimales au plus."
    cure = (
        "Write it like 12,50; leave out whoever has nothing left.",
        "Écrivez-le comme 12,50 ; omettez qui n'a plus rien.",
    )


class WordUnknown(Refused):
    """{value} is none of the words known here: {known}."""

    status = 422
    fr = "{value} n'est aucun des mots connus ici : {known}."
    cure = ("Use one of these.", "Prenez l'un d'eux.")


class CountryUnreadable(Refused):
    """{value} is no country in two letters, such as FR or BE."""

    status = 422
    fr = "{value} n'est pas un pays en deux lettres, comme FR ou BE."
    cure = ("Write its two letters (ISO 3166-1).", "Écrivez ses deux lettres (ISO 3166-1).")


def text(most: int, *, lines: bool = False) -> Callable[[str], str]:
    """Return a reader of a text of so many characters, in one line or several. Raises TextTooLong."""

    def parse(cell: str) -> str:
        plain = "\n".join(cell.splitlines()) if lines else cell
        if len(plain) > most or _hides(plain.replace("\n", "") if lines else plain):
            raise TextTooLong(most=most)
        return unicodedata.normalize("NFC", plain)

    return parse


def mail(cell: str) -> str:
    """Return a mail address. Raises MailUnreadable."""
    if len(cell) > _LONGEST_MAIL or _hides(cell) or not _MAIL.fullmatch(cell):
        raise MailUnreadable(value=cell[:100])
    return cell


def phone(cell: str) -> str:
    """Return a telephone number as it is written. Raises PhoneUnreadable."""
    plain = " ".join(cell.split())
    if not _PHONE.fullmatch(plain) or not any(sign.isdecimal() for sign in plain):
        raise PhoneUnreadable(value=cell[:100])
    return plain


def day(cell: str) -> date:
    """Return a day, written the French or the ISO way. Raises DayUnreadable."""
    for pattern in _DAYS:
        if found := pattern.fullmatch(cell):
            try:
                return date(**{name: int(digits) for name, digits in found.groupdict().items()})
            except ValueError:
                break
    raise DayUnreadable(value=cell[:100])


def country(cell: str) -> str:
    """Return a country by its two letters; France may be written out. Raises CountryUnreadable."""
    if cell.casefold() == "france":
        return "FR"
    if not re.fullmatch("[A-Za-z]{2}", cell):
        raise CountryUnreadable(value=cell[:100])
    return cell.upper()


def amount(cell: str) -> Decimal:
    """Return an amount above zero with two decimals at most. Raises AmountUnreadable."""
    plain = "".join(cell.replace("€", "").split()).replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise AmountUnreadable(value=cell[:100]) from None
    if not (found.is_finite() and 0 < found <= _LARGEST and found == found.quantize(Decimal("0.01"))):
        raise AmountUnreadable(value=cell[:100])
    return found


def word(known: Mapping[str, W]) -> Callable[[str], W]:
    """Return a reader of one of some words, whatever its case. Raises WordUnknown."""

    def parse(cell: str) -> W:
        try:
            return known[cell.casefold()]
        except KeyError:
            raise WordUnknown(value=cell[:100], known=", ".join(known)) from None

    return parse


def _hides(cell: str) -> bool:
    return any(unicodedata.category(sign).startswith("C") for sign in cell)
