"""Decides which PIN is good enough, when it locks, how long a desk remembers somebody, and what it may do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused

TRIES: Final = 5
LOCK: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=10)
RENEWAL: Final = timedelta(minutes=2)
"""How long a desk uses an access token before it asks for the next: so that IDLE is measured well."""
KEPT: Final = timedelta(days=1)

_ROWS: Final = ("01234567890", "09876543210")


class DeviceNotEnrolled(Refused):
    """This computer is not enrolled as a shared desk of the territory, or no longer."""

    status = 401
    fr = "Cet ordinateur n'est pas, ou plus, enregistré comme poste partagé du territoire."
    cure = (
        "Sign in by mail and enrol it.",
        "Connectez-vous par courriel, puis enregistrez-le.",
    )


class PinWrong(Refused):
    """This PIN is wrong, or this person has none here; tries left before it locks: {tries_left}."""

    status = 401
    fr = "Ce code PIN est faux, ou cette personne n'en a pas ici ; essais avant blocage : {tries_left}."
    cure = (
        "Try again, or sign in by mail and set a new PIN.",
        "Réessayez, ou connectez-vous par courriel et choisissez un nouveau code PIN.",
    )


class PinLocked(Refused):
    """This person's PIN was wrong {tries} times: it is locked until {until}."""

    status = 429
    fr = "Le code PIN de cette personne a été faux {tries} fois : il est bloqué jusqu'au {until}."
    cure = (
        "Sign in by mail: setting a new PIN unlocks it.",
        "Connectez-vous par courriel : choisir un nouveau code PIN le débloque.",
    )


class PinTooPlain(Refused):
    """The PIN {shape}: whoever watches or guesses has it at once."""

    status = 422
    fr = "Ce code PIN est trop simple ({shape}) : on le devine aussitôt."
    cure = ("Choose six digits without such an order.", "Choisissez six chiffres sans un tel ordre.")


class FullSignInNeeded(Refused):
    """A PIN opens the desk only: this takes a sign-in by mail."""

    status = 403
    fr = "Un code PIN n'ouvre que l'accueil : cet acte demande une connexion par courriel."
    cure = ("Sign in by mail.", "Connectez-vous par courriel.")


class DeskSessionOver(Refused):
    """This sign-in by PIN is over: it was ended, or nothing was done for {minutes} minutes."""

    status = 401
    fr = "Cette connexion par code PIN est finie : close, ou sans acte depuis {minutes} minutes."
    cure = ("Give your PIN again.", "Redonnez votre code PIN.")


@dataclass(frozen=True, slots=True)
class Device:
    """A shared computer at a site."""

    device_id: UUID
    site_id: UUID
    name: str
    secret_hash: bytes
    enrolled_by: UUID
    enrolled_at: datetime
    revoked_at: datetime | None = None


class DeviceShown(BaseModel):
    """A shared computer as staff see it."""

    model_config = ConfigDict(frozen=True)

    device_id: UUID
    site_id: UUID
    name: str
    enrolled_by: UUID
    enrolled_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pin:
    """A staff member's PIN as it is kept, and the tries that failed."""

    person_id: UUID
    pin_hash: str
    wrong: int = 0
    locked_until: datetime | None = None

    def check_open(self, now: datetime) -> None:
        """Raise PinLocked while it is locked."""
        if self.locked_until is not None and now < self.locked_until:
            raise locked(self.locked_until)

    def failed(self, now: datetime) -> "Pin":
        """Count a wrong try; the last one allowed locks it, and the count begins again after."""
        wrong = self.wrong + 1
        if wrong < TRIES:
            return replace(self, wrong=wrong, locked_until=None)
        return replace(self, wrong=0, locked_until=now + LOCK)

    @property
    def tries_left(self) -> int:
        return TRIES - self.wrong if self.locked_until is None else 0


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who gave their PIN on a device."""

    session_id: UUID
    device_id: UUID
    person_id: UUID
    rotation: int
    expires_at: datetime


def locked(until: datetime) -> PinLocked:
    return PinLocked(tries=TRIES, until=until.isoformat(timespec="minutes"))


def check_pin(pin: str) -> None:
    """Raise PinTooPlain for digits that are all alike or stand in a row."""
    if len(set(pin)) == 1:
        raise PinTooPlain(shape=pin[0] * 2 + "…")
    if any(pin in row for row in _ROWS):
        raise PinTooPlain(shape=pin[:3] + "…")


def reaches(grant_sites: Iterable[UUID | None], site_id: UUID) -> bool:
    """Say whether one of somebody's desk roles counts at a site."""
    return any(each is None or each == site_id for each in grant_sites)
