"""Decides what a partner may be given to read, from when to when, and what its keys look like."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused
from contracts.envelope import Fact
from contracts.marks import pseudonyms
from contracts.registry import FACTS, PLATFORM_TOPICS

PREFIX: Final = "mlg_"
LONGEST_OVERLAP: Final = 168  # hours: a week to bring a new key to every machine


class EventTypeNotOffered(Refused):
    """No partner can read {name} here."""

    status = 422
    fr = "Aucun partenaire ne peut lire {name} ici."
    cure = (
        "Name types or topics of events that belong to the territory, as asyncapi.yaml lists them.",
        "Nommez des types ou des sujets d'événements du territoire, tels qu'asyncapi.yaml les liste.",
    )


class NothingToRead(Refused):
    """The agreement names neither types of events nor topics."""

    status = 422
    fr = "La convention ne nomme ni types d'événements ni sujets."
    cure = ("Name at least one.", "Nommez-en au moins un.")


class AgreementWithoutDays(Refused):
    """The agreement would end on {valid_until}, which is not after its first day, {valid_from}."""

    status = 422
    fr = "La convention prendrait fin le {valid_until}, qui ne suit pas son premier jour, le {valid_from}."
    cure = ("Give a later end, or none.", "Donnez une fin plus tardive, ou aucune.")


class AgreementOver(Refused):
    """The agreement has already ended, on {ended_on}."""

    fr = "La convention a déjà pris fin, le {ended_on}."
    cure = ("Nothing is left to end.", "Il n'y a plus rien à terminer.")


class EndInThePast(Refused):
    """The agreement cannot end on {ended_on}: what was read since {ended_on} was read; today is {today}."""

    status = 422
    fr = "La convention ne peut prendre fin le {ended_on} : ce qui a été lu l'a été ; nous sommes le {today}."
    cure = ("End it today, or on a later day.", "Terminez-la aujourd'hui, ou un jour à venir.")


class KeyNotLive(Refused):
    """The key {key_id} is revoked or has expired."""

    fr = "La clé {key_id} est révoquée ou échue."
    cure = ("Issue a key that replaces none.", "Émettez une clé qui n'en remplace aucune.")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a partner may read and for what; the instants are those at which the civil days begin."""

    agreement_id: UUID
    partner_id: UUID
    event_types: tuple[str, ...]
    pseudonyms: bool
    purpose: str
    valid_from: date
    valid_until: date | None
    starts_at: datetime
    ends_at: datetime | None

    def holds_at(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


class AgreementShown(BaseModel):
    """An agreement as its parties see it."""

    model_config = ConfigDict(frozen=True)

    agreement_id: UUID
    event_types: tuple[str, ...]
    pseudonyms: bool
    purpose: str
    valid_from: date
    valid_until: date | None
    end_reason: str | None


class KeyShown(BaseModel):
    """A key as it can be shown afterwards: its last characters tell keys apart, nothing opens with them."""

    model_config = ConfigDict(frozen=True)

    key_id: UUID
    hint: str
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class PartnerShown(BaseModel):
    """A partner of the territory."""

    model_config = ConfigDict(frozen=True)

    partner_id: UUID
    name: str
    contact_person_id: UUID | None
    opened_at: datetime


class PartnerFile(PartnerShown):
    """A partner with its agreements and keys."""

    agreements: list[AgreementShown]
    keys: list[KeyShown]


def digest(key: str) -> bytes:
    """Return what is kept of a key: its SHA-256; 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def is_offered(fact: type[Fact]) -> bool:
    """Say whether a partner can be given these events: a territory's, whose key is no person."""
    return fact.topic not in PLATFORM_TOPICS and fact.topic.key not in pseudonyms(fact)


OFFERED: Final = {name: fact for name, fact in FACTS.items() if is_offered(fact)}
"""The classes of events that an agreement may name, by type."""


def types_of(event_types: Sequence[str], topics: Sequence[str]) -> tuple[str, ...]:
    """Return the types an agreement covers; a topic stands for its types of today.

    Raises EventTypeNotOffered, NothingToRead.
    """
    covered = set(_offered(event_types))
    for topic in topics:
        on_topic = [name for name, fact in OFFERED.items() if fact.topic.name == topic]
        if not on_topic:
            raise EventTypeNotOffered(name=topic)
        covered.update(on_topic)
    if not covered:
        raise NothingToRead
    return tuple(sorted(covered))


def check_days(valid_from: date, valid_until: date | None) -> None:
    """Raises AgreementWithoutDays."""
    if valid_until is not None and valid_until <= valid_from:
        raise AgreementWithoutDays(valid_from=valid_from.isoformat(), valid_until=valid_until.isoformat())


def check_end(agreement: Agreement, ended_on: date, today: date) -> None:
    """Check that an agreement can be ended on a day. Raises EndInThePast, AgreementOver."""
    if ended_on < today:
        raise EndInThePast(ended_on=ended_on.isoformat(), today=today.isoformat())
    if agreement.valid_until is not None and agreement.valid_until <= ended_on:
        raise AgreementOver(ended_on=agreement.valid_until.isoformat())


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a civil day begins in the zone."""
    return datetime.combine(day, time(), zone)


def _offered(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if name not in OFFERED:
            raise EventTypeNotOffered(name=name)
        yield name
