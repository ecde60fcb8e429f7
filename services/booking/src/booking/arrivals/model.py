"""Decides what may follow an arrival: leaving early, taking a mistake back; and how a typed code is read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from booking.bookings.model import Booking, NotPossibleNow
from booking.sites.model import Rules
from chassis.errors import Refused

WRONG_CODES: Final = 20
STRETCH: Final = timedelta(minutes=15)
_MISREAD: Final = str.maketrans("OIL", "011", " -\u00a0")


class WrongCode(Refused):
    """No booking at the sites you receive people at has the code {code} in these days."""

    status = 404
    fr = "Aucune réservation des sites où vous accueillez n'a le code {code} ces jours-ci."
    cure = (
        "Read it again from the page or the mail, or find the person by name.",
        "Relisez-le sur la page ou le courriel, ou cherchez la personne par son nom.",
    )


class TooManyWrongCodes(Refused):
    """{times} wrong codes were given in a quarter of an hour."""

    status = 429
    fr = "{times} codes faux ont été donnés en un quart d'heure."
    cure = (
        "Find the person by name, or try again in {retry_after} seconds.",
        "Cherchez la personne par son nom, ou réessayez dans {retry_after} secondes.",
    )


class UndoClosed(Refused):
    """A check-in is taken back until {until}; it is {now}."""

    fr = "Une arrivée s'annule jusqu'au {until} ; il est {now}."
    cure = ("Note that the person left instead.", "Notez plutôt que la personne est partie.")


def left(booking: Booking, now: datetime) -> Booking:
    """Note that the person left; raises NotPossibleNow unless they are here."""
    if booking.state_at(now) != "checked_in":
        raise NotPossibleNow(state=booking.state_at(now), act="checked out")
    return replace(booking, left_at=now)


def undone(booking: Booking, now: datetime, rules: Rules) -> Booking:
    """Expect the person again; only while somebody who comes late would still be let in."""
    if booking.state_at(now) != "checked_in":
        raise NotPossibleNow(state=booking.state_at(now), act="taken back")
    until = booking.no_show_at(rules)
    if now >= until:
        raise UndoClosed(until=until.isoformat(), now=now.isoformat())
    return replace(booking, state="confirmed", arrived_at=None)


def read_code(typed: str) -> str:
    """Return a code as it was given out, whatever case, spaces and mistaken letters it was typed with."""
    return typed.upper().translate(_MISREAD)


def stretch_of(now: datetime) -> datetime:
    """Return when the quarter of an hour began in which wrong codes are counted."""
    return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % STRETCH
