"""Decides to whom something can be told at once."""

from datetime import datetime, timedelta
from typing import Final

from chassis.errors import Refused

MOST: Final = 1000
LONGEST: Final = timedelta(days=31)


class NobodyToTell(Refused):
    """Nobody is booked at {site} between {since} and {until}."""

    fr = "Personne n'a réservé à {site} entre le {since} et le {until}."
    cure = ("Choose another time.", "Choisissez un autre moment.")


class TooManyToTell(Refused):
    """{people} persons are booked in that time; at most {most} are told at once."""

    fr = "{people} personnes ont réservé pour ce temps ; on en prévient au plus {most} à la fois."
    cure = ("Choose a shorter time.", "Choisissez un temps plus court.")


class StretchEmpty(Refused):
    """From {since} to {until} is no stretch of at most {days} days."""

    status = 422
    fr = "Du {since} au {until}, ce n'est pas une durée d'au plus {days} jours."
    cure = ("Give a later end, or an earlier one.", "Donnez une fin ultérieure, ou antérieure.")


def check_stretch(since: datetime, until: datetime) -> None:
    """Raise StretchEmpty for a stretch that is empty or too long."""
    if not since < until <= since + LONGEST:
        raise StretchEmpty(since=since.isoformat(), until=until.isoformat(), days=LONGEST.days)
