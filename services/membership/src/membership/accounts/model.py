"""Decides how long a sign-in lasts, how often it may be tried, and when it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused

LINK_LIFE: Final = timedelta(minutes=15)
SESSION_IDLE: Final = timedelta(days=30)
SESSION_LIFE: Final = timedelta(days=180)
WRONG_CODES: Final = 5


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may happen in a stretch of time, counted from round multiples of that stretch."""

    kind: str
    times: int
    stretch: timedelta

    def starts_at(self, now: datetime) -> datetime:
        """Return when the stretch of this instant began."""
        return now - (now - datetime(1970, 1, 1, tzinfo=UTC)) % self.stretch

    def wait(self, now: datetime) -> int:
        """Return in how many seconds the next stretch begins, at least 1."""
        return max(1, (self.starts_at(now) + self.stretch - now) // timedelta(seconds=1))


# A house shares one address, so addresses may ask often; a mailbox is one person's.
MAILS_AT_ONCE: Final = Limit("mails", 5, timedelta(minutes=15))
MAILS_A_DAY: Final = Limit("mails-a-day", 30, timedelta(days=1))
ASKED_BY_ADDRESS: Final = Limit("asked-by-address", 600, timedelta(minutes=15))
WRONG_BY_ADDRESS: Final = Limit("wrong-by-address", 50, timedelta(minutes=15))


class TooManyRequests(Refused):
    """Too many sign-ins were asked for, or tried in vain, from this address."""

    status = 429
    fr = "Trop de connexions ont été demandées, ou tentées en vain, depuis cette adresse."
    cure = ("Try again in {retry_after} seconds.", "Réessayez dans {retry_after} secondes.")


class SignInRefused(Refused):
    """The link or code is wrong, was used before, or is older than {minutes} minutes."""

    status = 401
    fr = "Le lien ou le code est faux, a déjà servi, ou date de plus de {minutes} minutes."
    cure = ("Ask for a new mail.", "Demandez un nouveau courriel.")


class SessionOver(Refused):
    """This sign-in is over: it was ended, it expired, or its token was used twice."""

    status = 401
    fr = "Cette connexion est finie : elle a été close, a expiré, ou son jeton a servi deux fois."
    cure = ("Sign in again.", "Connectez-vous de nouveau.")


class PersonOfAnotherMail(Refused):
    """The person {person_id} is not one of those with your mail address."""

    status = 404
    fr = "La personne {person_id} n'est pas de celles qui ont votre adresse électronique."
    cure = ("Name one of those the sign-in answered.", "Nommez l'une de celles que la connexion a données.")


class PersonHere(BaseModel):
    """One of the records that a mail address leads to, and the territories that know it."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID
    territories: tuple[str, ...]


class SignedIn(BaseModel):
    """Tokens of somebody who signed in, and the records between which a refresh may choose."""

    model_config = ConfigDict(frozen=True)

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750 writes the kind of token so
    expires_in: int
    refresh_token: str
    refresh_expires_at: datetime
    person_id: UUID
    persons: tuple[PersonHere, ...]


class Role(BaseModel):
    """A role of the person who asks."""

    model_config = ConfigDict(frozen=True)

    territory: str
    role: str
    site: UUID | None = None
    operator: UUID | None = None


class TerritoryHere(BaseModel):
    """A territory that knows the person who asks."""

    model_config = ConfigDict(frozen=True)

    territory_id: str
    name: str | None


class Me(BaseModel):
    """The person who asks: who they are, where they are known, what they may act as."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID
    given_name: str | None
    family_name: str | None
    mail: str | None
    phone: str | None
    language: str
    territories: tuple[TerritoryHere, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in on one device; `rotation` counts its refreshes."""

    session_id: UUID
    person_id: UUID
    mail_hash: bytes
    rotation: int
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


def session_end(started_at: datetime, now: datetime) -> datetime:
    """Return when a session ends that is used now: 30 days later, 180 days after its start at most."""
    return min(now + SESSION_IDLE, started_at + SESSION_LIFE)


def chosen(persons: Sequence[UUID], wish: UUID | None) -> UUID:
    """Return the person wished for, the first one without a wish. Raises PersonOfAnotherMail."""
    if wish is None:
        return persons[0]
    if wish not in persons:
        raise PersonOfAnotherMail(person_id=str(wish))
    return wish
