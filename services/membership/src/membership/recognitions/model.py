"""Decides what a territory may recognise of another's qualifications, and for which days and levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused
from membership.networks.model import Agreement
from membership.qualifications.model import Known


class QualificationsNotShared(Refused):
    """No network shares qualifications with {home_territory_id} from {valid_from} to {valid_until}."""

    fr = (
        "Aucun réseau ne partage les habilitations avec {home_territory_id} du {valid_from} au {valid_until}."
    )
    cure = (
        "Let a network of both sign an agreement to share qualifications, or choose days within it.",
        "Faites signer par un réseau commun un accord de partage, ou choisissez des jours qu'il couvre.",
    )


class RecognitionWithoutDays(Refused):
    """The recognition would end on {valid_until}, which is not after its first day, {valid_from}."""

    status = 422
    fr = (
        "La reconnaissance prendrait fin le {valid_until}, qui ne suit pas son premier jour, le {valid_from}."
    )
    cure = ("Give a later end, or none.", "Donnez une fin plus tardive, ou aucune.")


class RecognitionInThePast(Refused):
    """A recognition begins today ({today}) at the earliest: what was done before was done without it."""

    status = 422
    fr = "Une reconnaissance commence au plus tôt ce jour ({today}) : ce qui précède s'est fait sans elle."
    cure = ("Give {today} or a later day.", "Donnez le {today} ou un jour postérieur.")


class RecognisedAlready(Refused):
    """This class of {home_territory_id} is recognised within these days already."""

    fr = "Cette classe de {home_territory_id} est déjà reconnue pendant ces jours."
    cure = ("End that recognition first.", "Mettez d'abord fin à cette reconnaissance.")


class RecognitionOver(Refused):
    """The recognition ended on {ended_on}."""

    fr = "La reconnaissance a pris fin le {ended_on}."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class RecognitionRefused(Refused):
    """A territory does not recognise its own qualifications: they hold there without."""

    status = 422
    fr = "Un territoire ne reconnaît pas ses propres habilitations : elles y valent d'elles-mêmes."
    cure = ("Name another territory.", "Nommez un autre territoire.")


class Recognition(BaseModel):
    """What the host counts of the home territory's qualifications of one class as those of one of its own."""

    model_config = ConfigDict(frozen=True)

    recognition_id: UUID
    host_id: str
    host_class_id: UUID
    home_id: str
    home_class_id: UUID
    highest_level: int
    valid_from: date
    valid_until: date | None
    ended_on: date | None = None

    @property
    def until(self) -> date | None:
        return self.ended_on or self.valid_until


@dataclass(frozen=True, slots=True)
class Award:
    """What the home territory says of one of its qualifications."""

    person_id: UUID
    level: int
    valid_from: date
    valid_until: date | None
    revoked: bool = False


def check_days(valid_from: date, valid_until: date | None, today: date) -> None:
    """Raise RecognitionInThePast or RecognitionWithoutDays for days that can be no recognition's."""
    if valid_from < today:
        raise RecognitionInThePast(today=str(today))
    if valid_until is not None and valid_until <= valid_from:
        raise RecognitionWithoutDays(valid_from=str(valid_from), valid_until=str(valid_until))


def covering(
    agreements: Sequence[Agreement], home_id: str, valid_from: date, valid_until: date | None
) -> tuple[Agreement, date | None]:
    """Return the agreement under which a recognition stands, and its end: none given, it is the agreement's.

    Raises QualificationsNotShared.
    """
    for one in agreements:
        end = one.ended_on or one.valid_until
        begun = one.valid_from <= valid_from and (end is None or valid_from < end)
        if begun and (end is None or valid_until is None or valid_until <= end):
            return one, valid_until or end
    raise QualificationsNotShared(
        home_territory_id=home_id,
        valid_from=str(valid_from),
        valid_until=str(valid_until) if valid_until else "…",
    )


def ending(one: Recognition, ended_on: date, today: date) -> date:
    """Return the first day without a recognition that is to end, today or later. Raises RecognitionOver."""
    day = max(ended_on, today, one.valid_from)
    if one.until is not None and one.until <= day:
        raise RecognitionOver(ended_on=str(one.until))
    return day


def known(one: Recognition, award: Award) -> Known:
    """Return what a qualification is worth under a recognition: no more days, no higher level."""
    ends = [day for day in (award.valid_until, one.until) if day is not None]
    return Known(
        person_id=award.person_id,
        machine_class_id=one.host_class_id,
        level=min(award.level, one.highest_level),
        valid_from=max(award.valid_from, one.valid_from),
        valid_until=min(ends, default=None),
        revoked=award.revoked,
    )
