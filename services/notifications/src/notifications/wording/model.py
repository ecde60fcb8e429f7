"""Decides how a day, a period and an amount read in French and English."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_CENTS: Final = 2
_DECIMALS: Final = {"JPY": 0, "XPF": 0, "TND": 3}  # ISO 4217; every other currency met has two
_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}
_NARROW, _NO_BREAK = "\u202f", "\u00a0"


def day(value: date | str, language: str) -> str:
    """Write a civil day: «jeudi 12 mars 2026», «Thursday 12 March 2026»."""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{_DAYS[language][day.weekday()]} {number} {_MONTHS[language][day.month - 1]} {day.year}"


def days(start: date | str, end: date | str, language: str) -> str:
    """Write a stretch of civil days whose end is excluded, both days named."""
    first = date.fromisoformat(start) if isinstance(start, str) else start
    after = date.fromisoformat(end) if isinstance(end, str) else end
    last = after - timedelta(days=1)
    if first == last:
        return day(first, language)
    between = ("du", "au") if language == "fr" else ("from", "to")
    return f"{between[0]} {day(first, language)} {between[1]} {day(last, language)}"


def span(start: str, end: str, zone: str, language: str) -> str:
    """Write a stretch of time between two instants as the clocks of the zone show it."""
    place = ZoneInfo(zone)
    begin, finish = (datetime.fromisoformat(instant).astimezone(place) for instant in (start, end))
    if finish.date() == begin.date() or _is_midnight_after(begin.date(), finish):
        until = _clock(finish, language) if finish.date() == begin.date() else _clock(None, language)
        if language == "fr":
            return f"{day(begin.date(), 'fr')} de {_clock(begin, 'fr')} à {until}"
        return f"{day(begin.date(), 'en')}, {_clock(begin, 'en')} to {until}"
    first, last = day(begin.date(), language), day(finish.date(), language)
    if language == "fr":
        return f"du {first} à {_clock(begin, 'fr')} au {last} à {_clock(finish, 'fr')}"
    return f"from {first}, {_clock(begin, 'en')}, to {last}, {_clock(finish, 'en')}"


def moment(instant: str, zone: str, language: str) -> str:
    """Write an instant as the clocks of the zone show it, its day named."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    joined = " à " if language == "fr" else ", "
    return f"{day(local.date(), language)}{joined}{_clock(local, language)}"


def money(minor: int, currency: str, language: str) -> str:
    """Write an amount given in minor units: «1 234,50 €», «€1,234.50»."""
    return amount(Decimal(minor).scaleb(-_DECIMALS.get(currency, _CENTS)), currency, language)


def amount(value: Decimal | str, currency: str, language: str) -> str:
    """Write an amount with the decimals of its currency, or more where it has more."""
    exact = Decimal(value).normalize()
    exponent = exact.as_tuple().exponent
    places = max(_DECIMALS.get(currency, _CENTS), -exponent if isinstance(exponent, int) else 0)
    figures = f"{abs(exact):,.{places}f}"
    sign = "−" if exact < 0 else ""
    if language == "fr":
        figures = figures.replace(",", _NARROW).replace(".", ",")
        return f"{sign}{figures}{_NO_BREAK}{_SYMBOLS.get(currency, currency)}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{figures}" if symbol else f"{sign}{currency}{_NO_BREAK}{figures}"


def _is_midnight_after(first: date, finish: datetime) -> bool:
    return finish.time() == time() and finish.date() == first + timedelta(days=1)


def _clock(instant: datetime | None, language: str) -> str:
    """Write a time of day; None is midnight at its end."""
    hour, minute = (instant.hour, instant.minute) if instant else (24, 0)
    return f"{hour}{_NO_BREAK}h{_NO_BREAK}{minute:02}" if language == "fr" else f"{hour}:{minute:02}"
