"""Decides on which days a person is qualified: by award, renewal, use, revocation, recognition."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.errors import Refused
from contracts import membership as contracts
from membership.agreed.model import months_after
from membership.machine_classes.model import ClassRules

Ended = Literal["expired", "lapsed", "revoked"]
GONE_AT_HOME: Final = "Retirée par le territoire qui l’a délivrée"


Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^\P{C}+$")
]


class SelfAwarded(Refused):
    """Nobody finds themselves able: another trainer of the class decides."""

    status = 403
    fr = "Nul ne se délivre une habilitation : un autre formateur de la classe en décide."
    cure = ("Ask another trainer of the class.", "Demandez à un autre formateur de la classe.")


class QualificationHeld(Refused):
    """This person is qualified for the class already, at level {level}: {qualification_id}."""

    fr = "Cette personne est déjà habilitée pour la classe, au niveau {level} : {qualification_id}."
    cure = ("Renew that one, or award a higher level.", "Renouvelez-la, ou délivrez un niveau plus élevé.")


class QualificationRevokedAlready(Refused):
    """The qualification was revoked on {ended_on}."""

    fr = "L'habilitation a été retirée le {ended_on}."
    cure = ("Award a new one when the time has come.", "Délivrez-en une nouvelle le moment venu.")


class QualificationOver(Refused):
    """The qualification ended on {ended_on}: nothing is left to revoke."""

    fr = "L'habilitation a pris fin le {ended_on} : il ne reste rien à retirer."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class AwardedElsewhere(Refused):
    """The territory {home_territory_id} awarded this qualification: it alone renews it."""

    fr = "Le territoire {home_territory_id} a délivré cette habilitation : lui seul la renouvelle."
    cure = (
        "Ask there, or award one of your own.",
        "Adressez-vous à lui, ou délivrez une habilitation d'ici.",
    )


class Evidence(BaseModel):
    """What a qualification rests upon: a training session attended, or a test passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: UUID | None = None
    test: Text | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.session_id is None) == (self.test is None):
            raise ValueError("evidence is one session attended or one test passed")
        return self

    @property
    def told(self) -> contracts.Evidence:
        return contracts.Evidence(**self.model_dump())


class AwardQualification(BaseModel):
    """Find a person able to use the machines of a class, from today on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    qualification_id: UUID
    person_id: UUID
    machine_class_id: UUID
    level: Annotated[int, Field(ge=1)] = 1
    evidence: Evidence


class RenewQualification(BaseModel):
    """Find a person able still, for a further term from today on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: Evidence


class RevokeQualification(BaseModel):
    """Take a qualification back from today on, for a reason that the person reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Text


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recognised qualification was awarded, and by which agreement it counts here."""

    recognition_id: UUID
    home_territory_id: str
    home_qualification_id: UUID


@dataclass(frozen=True, slots=True)
class Qualification:
    """A person's qualification for a class, first day included; without `term_until` it has no term."""

    qualification_id: UUID
    person_id: UUID
    machine_class_id: UUID
    level: int
    valid_from: date
    term_until: date | None
    lapse_months: int | None
    last_used_on: date
    ended_on: date | None = None
    ended_how: Ended | None = None
    reason: str | None = None
    evidence: contracts.Evidence | None = None
    awarded_by: UUID | None = None
    origin: Origin | None = None

    @property
    def valid_until(self) -> date | None:
        """The first day on which it does not hold, as far as is known today."""
        return self.term_until if self.ended_on is None else self.ended_on

    @property
    def lapses_on(self) -> date | None:
        """The first day on which it would lapse, were it not used again."""
        return months_after(self.last_used_on, self.lapse_months) if self.lapse_months else None

    @property
    def looked_at(self) -> date | None:
        """The day on which it ends if nothing happens; none once it has ended."""
        if self.ended_how is not None:
            return None
        return min((day for day in (self.term_until, self.lapses_on) if day), default=None)

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def follows(self, other: "Qualification") -> bool:
        """Whether it was awarded in place of another one that had ended."""
        if self.origin or self.level != other.level or other.ended_on is None:
            return False
        return self.qualification_id != other.qualification_id and self.valid_from >= other.ended_on


@dataclass(frozen=True, slots=True)
class Known:
    """What the territory that awarded a qualification says of it, in words of the one that recognises it."""

    person_id: UUID
    machine_class_id: UUID
    level: int
    valid_from: date
    valid_until: date | None
    revoked: bool = False


def awarded(
    new: Qualification, rules: ClassRules, held: Iterable[Qualification], trainer_id: UUID
) -> Qualification:
    """Return a new qualification with the days its class gives.

    Raises SelfAwarded, LevelUnknown, QualificationHeld.
    """
    if new.person_id == trainer_id:
        raise SelfAwarded
    rules.checked(new.level)
    for one in held:
        if one.origin is None and one.level >= new.level and one.holds_on(new.valid_from):
            raise QualificationHeld(level=one.level, qualification_id=str(one.qualification_id))
    return replace(
        new, term_until=_term(rules, new.valid_from), lapse_months=rules.lapse_months, awarded_by=trainer_id
    )


def renewed(
    one: Qualification, rules: ClassRules, evidence: contracts.Evidence, trainer_id: UUID, today: date
) -> Qualification:
    """Return a qualification with a new term from today on; one that had ended holds from today only.

    Raises SelfAwarded, QualificationRevokedAlready, AwardedElsewhere.
    """
    if one.origin is not None:
        raise AwardedElsewhere(home_territory_id=one.origin.home_territory_id)
    if one.person_id == trainer_id:
        raise SelfAwarded
    if one.ended_how == "revoked":
        raise QualificationRevokedAlready(ended_on=str(one.ended_on))
    return replace(
        one,
        valid_from=one.valid_from if one.holds_on(today) else today,
        term_until=_term(rules, today),
        lapse_months=rules.lapse_months,
        last_used_on=today,
        ended_on=None,
        ended_how=None,
        evidence=evidence,
        awarded_by=trainer_id,
    )


def revoked(one: Qualification, reason: str, today: date) -> Qualification:
    """Return a qualification that does not hold from today on. Raises QualificationOver."""
    if one.valid_until is not None and one.valid_until <= today:
        raise QualificationOver(ended_on=str(one.valid_until))
    return replace(one, ended_on=max(today, one.valid_from), ended_how="revoked", reason=reason)


def at(one: Qualification, today: date) -> Qualification:
    """Return a qualification as it is on a day: ended, once its term or the time without use is over."""
    day = one.looked_at
    if day is None or day > today:
        return one
    how: Ended = "expired" if day == one.term_until else "lapsed"
    return replace(one, ended_on=day, ended_how=how)


def used(one: Qualification, day: date, held: Iterable[Qualification]) -> Qualification:
    """Return a qualification that was used on a day: told late, a use undoes the lapse that came after it.

    A use on a day on which it did not hold changes nothing, nor does one that is older than another, nor one
    told when another qualification `held` was awarded in its place.
    """
    over = one.ended_how in ("expired", "revoked") or (one.lapses_on is not None and day >= one.lapses_on)
    if over or one.origin is not None or day <= one.last_used_on or any(each.follows(one) for each in held):
        return one
    return replace(one, last_used_on=day, ended_on=None, ended_how=None)


def recognised(before: Qualification | None, known: Known, new: Qualification, today: date) -> Qualification:
    """Return what a territory has of another's qualification; `new` where it has nothing yet.

    What was revoked here stays revoked.
    """
    one = before or new
    if one.ended_how == "revoked":
        return one
    until = known.valid_until
    one = replace(
        one,
        level=known.level,
        valid_from=known.valid_from,
        term_until=until if until is None else max(until, known.valid_from),
        ended_on=None,
        ended_how=None,
    )
    if known.revoked:
        return replace(one, ended_on=max(known.valid_from, today), ended_how="revoked", reason=GONE_AT_HOME)
    return at(one, today)


def _term(rules: ClassRules, day: date) -> date | None:
    return months_after(day, rules.valid_months) if rules.valid_months else None
