"""Owns the words of the pages: English in the source, French from the catalogues; figures as each is read."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES: Final = ("fr", "en")
CATALOGUES: Final = Path(__file__).parent / "locale"

language: Final[ContextVar[str]] = ContextVar("language", default="fr")
"""The language of the request at hand."""
zone: Final[ContextVar[ZoneInfo]] = ContextVar("zone", default=ZoneInfo("Europe/Paris"))  # noqa: B039 - immutable
"""The zone of the territory at hand, in which its clocks tell the time."""

_LOCALES: Final = {"fr": "fr_FR", "en": "en_GB"}


@cache
def translations(wanted: str) -> NullTranslations:
    """Read the catalogues of a language once."""
    merged: NullTranslations = NullTranslations()
    for file in sorted(CATALOGUES.glob(f"{wanted}*.po")):
        with file.open("rb") as text:
            catalogue = read_po(text, locale=wanted)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        loaded = Translations(compiled)
        merged = merged.merge(loaded) if isinstance(merged, Translations) else loaded
    return merged


def gettext(message: str) -> str:
    """Say it in the language of the request."""
    return translations(language.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Say it for so many."""
    return translations(language.get()).ngettext(one, many, count)


_ = gettext


def day(value: date | str) -> str:
    """Write a day in full: samedi 21 novembre 2026."""
    return _ordinal(_date(value), dates.format_date(_date(value), "full", locale=_locale()))


def short_day(value: date | str) -> str:
    """Write a day where there is little room: sam. 21 nov."""
    return _ordinal(_date(value), dates.format_skeleton("MMMEd", _date(value), locale=_locale()))


def clock(value: datetime | time | str) -> str:
    """Write a time of day: 14:30."""
    moment = _moment(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone.get())
    return moment.strftime("%H:%M")


def moment(value: datetime | str) -> str:
    """Write a day and a time of it."""
    return f"{short_day(_local(value))}, {clock(_local(value))}"


def period(start: datetime | str, end: datetime | str) -> str:
    """Write from when to when, the day once where it is the same."""
    first, last = _local(start), _local(end)
    if first.date() == last.date():
        return f"{short_day(first)}, {clock(first)}–{clock(last)}"
    return f"{moment(first)} – {moment(last)}"


def money(minor: int | str, currency: str = "EUR") -> str:
    """Write an amount given in the smallest unit of its currency: 387,10 €."""
    digits = numbers.get_currency_precision(currency)
    return numbers.format_currency(Decimal(int(minor)).scaleb(-digits), currency, locale=_locale())


def number(value: float | str) -> str:
    """Write a number."""
    return numbers.format_decimal(Decimal(str(value)), locale=_locale())


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "day": day,
    "short_day": short_day,
    "time": clock,
    "moment": moment,
    "money": money,
    "number": number,
}


def _locale() -> str:
    return _LOCALES[language.get()]


def _ordinal(day: date, written: str) -> str:
    """Write the first of a month as French does, «1er mai»: the locale data know cardinals only."""
    return written.replace(" 1 ", " 1er ", 1) if language.get() == "fr" and day.day == 1 else written


def _date(value: date | str) -> date:
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == len("2026-11-21") else _moment(value)
    return value.astimezone(zone.get()).date() if isinstance(value, datetime) else value


def _local(value: datetime | str) -> datetime:
    return (_moment(value) if isinstance(value, str) else value).astimezone(zone.get())


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
