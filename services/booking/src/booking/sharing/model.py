"""Decides whether a session may be shared: by an agreement in force, and without a price."""

from collections.abc import Collection
from datetime import date

from chassis.errors import Refused


class SessionsNotShared(Refused):
    """No agreement in force on {day} shares sessions with {territory_ids}."""

    fr = "Aucun accord en vigueur le {day} ne partage de sessions avec {territory_ids}."
    cure = (
        "Have an agreement of the kind «sessions» signed within a network, or keep these seats for others.",
        "Faites signer un accord de nature « sessions » dans un réseau, ou réservez ces places à d'autres.",
    )


class PricedSessionNotShared(Refused):
    """A session with a price ({price_code}) is not shared: seats of other territories are free of charge."""

    status = 422
    fr = "Une session payante ({price_code}) ne se partage pas : hors du territoire, la place est gratuite."
    cure = (
        "Leave the price out, or keep no seats for other territories.",
        "Retirez le prix, ou ne réservez aucune place à d'autres territoires.",
    )


def check(wanted: Collection[str], partners: Collection[str], day: date) -> None:
    """Raise SessionsNotShared for territories that share nothing on a day."""
    if strangers := sorted(set(wanted).difference(partners)):
        raise SessionsNotShared(territory_ids=", ".join(strangers), day=day.isoformat())


def check_price(price_code: str | None) -> None:
    """Raise PricedSessionNotShared for a session with a price."""
    if price_code is not None:
        raise PricedSessionNotShared(price_code=price_code)
