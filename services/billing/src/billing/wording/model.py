"""Decides how figures, days and reasons are written for people, in French and in English."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from billing.amounts.model import written
from contracts.values import Wording

_WHOLE: Final = 100  # percent
_UNITS: Final = {
    "minute": ("minute(s)", "minute(s)"),
    "hour": ("heure(s)", "hour(s)"),
    "half_day": ("demi-journée(s)", "half-day(s)"),
    "day": ("jour(s)", "day(s)"),
    "month": ("mois", "month(s)"),
    "year": ("an(s)", "year(s)"),
    "booking": ("réservation(s)", "booking(s)"),
    "piece": ("pièce(s)", "piece(s)"),
    "gram": ("gramme(s)", "gram(s)"),
}
_MODES: Final = {
    "excluding_vat": ("hors taxe", "excluding VAT"),
    "including_vat": ("TTC", "including VAT"),
}
_GAPS: Final = {
    "no_price_book": ("aucune grille n'est en vigueur", "no price book is in force"),
    "no_price_for_code": ("la grille ne contient pas ce tarif", "the price book has no such price"),
    "no_price_for_audience": (
        "la grille n'a pas ce tarif pour ce public",
        "the price book has no such price for this audience",
    ),
}


def unit(name: str) -> Wording:
    """Name a unit."""
    fr, en = _UNITS.get(name, (name, name))
    return Wording(fr=fr, en=en)


def figure(value: Decimal) -> Wording:
    """Write a number without needless zeros: `1,5` and `1.5`."""
    text = format(value.normalize(), "f")
    return Wording(fr=text.replace(".", ","), en=text)


def price(value: Decimal) -> Wording:
    """Write a unit price with at least two decimals."""
    whole, _, decimals = format(value.normalize(), "f").partition(".")
    text = f"{whole}.{decimals.ljust(2, '0')}"
    return Wording(fr=text.replace(".", ","), en=text)


def amount(minor: int) -> Wording:
    """Write an amount with two decimals."""
    text = written(minor)
    return Wording(fr=text.replace(".", ","), en=text)


def day(value: date) -> Wording:
    """Write a civil day: `12/03/2026` and `2026-03-12`."""
    return Wording(fr=value.strftime("%d/%m/%Y"), en=value.isoformat())


def moment(start: datetime, end: datetime, zone: str) -> Wording:
    """Write when something was used, by the wall clock of the place."""
    begins, ends = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    if begins.date() == ends.date():
        return Wording(
            fr=f"{begins:%d/%m/%Y} de {begins:%H:%M} à {ends:%H:%M}",
            en=f"{begins:%Y-%m-%d} from {begins:%H:%M} to {ends:%H:%M}",
        )
    return Wording(
        fr=f"du {begins:%d/%m/%Y %H:%M} au {ends:%d/%m/%Y %H:%M}",
        en=f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}",
    )


def stretch(first: date, last: date) -> Wording:
    """Write a stretch of civil days, both included."""
    return Wording(
        fr=f"du {day(first).fr} au {day(last).fr}", en=f"{first.isoformat()} to {last.isoformat()} included"
    )


def before(until: date) -> Wording:
    """Write a first day that is too late."""
    return Wording(fr=f"à utiliser avant le {day(until).fr}", en=f"to be used before {day(until).en}")


def joined(first: Wording, second: Wording, glue: str = ", ") -> Wording:
    return Wording(fr=f"{first.fr}{glue}{second.fr}", en=f"{first.en}{glue}{second.en}")


def multiplied(units: Wording, unit_price: Decimal, mode: str, due_percent: int) -> Wording:
    """Write how an amount came about: `1,5 heure(s) × 12,00 EUR hors taxe`."""
    fr, en = _MODES.get(mode, (mode, mode))
    share_fr = f", dus à {due_percent} %" if due_percent != _WHOLE else ""
    share_en = f", {due_percent} % due" if due_percent != _WHOLE else ""
    each = price(unit_price)
    return Wording(
        fr=f"{units.fr} × {each.fr} EUR {fr}{share_fr}", en=f"{units.en} × {each.en} EUR {en}{share_en}"
    )


def counted(quantity: Decimal, unit_name: str) -> Wording:
    """Write a number of units."""
    return joined(figure(quantity), unit(unit_name), " ")


def days_of(charged: int, whole: int) -> Wording:
    """Write which part of a period is charged."""
    return Wording(fr=f"{charged} jour(s) sur {whole}", en=f"{charged} day(s) of {whole}")


def decided(book: str, version: int, deliberation: tuple[str, date] | None) -> Wording:
    """Write where a price stands and who decided it."""
    fr, en = f"grille « {book} », version {version}", f"price book “{book}”, version {version}"
    if deliberation is None:
        return Wording(fr=fr, en=en)
    number, adopted_on = deliberation
    return Wording(
        fr=f"{fr}, délibération {number} du {day(adopted_on).fr}",
        en=f"{en}, deliberation {number} of {day(adopted_on).en}",
    )


def free(paid_by: str) -> Wording:
    """Write why nothing is due."""
    if paid_by == "plan":
        return Wording(
            fr="Compris dans la formule : rien à payer.", en="Included in the plan: nothing to pay."
        )
    return Wording(fr="Pris sur les crédits : rien à payer.", en="Taken from credits: nothing to pay.")


def unpriced(gap: str, price_code: str | None) -> Wording:
    """Write what is missing for a price."""
    fr, en = _GAPS[gap]
    code = price_code or "—"
    return Wording(fr=f"Sans tarif pour {code} : {fr}.", en=f"No price for {code}: {en}.")


def waived(reason: str) -> Wording:
    """Write that a person let somebody off, in that person's words."""
    return Wording(fr=f"Remise gracieuse : {reason}", en=f"Waived: {reason}")


NOTHING_DUE: Final = Wording(fr="Annulé : plus rien n'est dû.", en="Cancelled: nothing is due any more.")
