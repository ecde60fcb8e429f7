"""Decides when somebody belongs to an organisation, and that it never has people without an administrator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from chassis.errors import Refused

Role = Literal["administrator", "representative", "employee"]


class AffiliationEmpty(Refused):
    """The affiliation would end on {valid_until}, not after its first day {valid_from}."""

    status = 422
    fr = "Le rattachement finirait le {valid_until}, qui ne suit pas son premier jour, le {valid_from}."
    cure = ("Give an end after the first day.", "Donnez une fin postérieure au premier jour.")


class AffiliationOverlaps(Refused):
    """The person already has the role {role} in this organisation at that time."""

    fr = "La personne a déjà le rôle {role} dans cette organisation en ce temps."
    cure = ("End the other affiliation first.", "Mettez d'abord fin à l'autre rattachement.")


class AffiliationEndsEarlier(Refused):
    """The affiliation ends on {valid_until} already."""

    fr = "Le rattachement prend déjà fin le {valid_until}."
    cure = (
        "Give an earlier day, or affiliate the person anew.",
        "Donnez un jour antérieur, ou rattachez de nouveau la personne.",
    )


class AdministratorMissing(Refused):
    """From {day} on, the organisation would have people and no administrator."""

    fr = "À partir du {day}, l'organisation aurait des membres et pas d'administrateur."
    cure = (
        "Affiliate an administrator for that time first.",
        "Rattachez d'abord un administrateur pour ce temps.",
    )


@dataclass(frozen=True, slots=True)
class Affiliation:
    """A person's place in an organisation; without `valid_until` it goes on."""

    affiliation_id: UUID
    person_id: UUID
    organisation_id: UUID
    role: Role
    valid_from: date
    valid_until: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether it holds on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


def affiliated(new: Affiliation, others: Sequence[Affiliation]) -> Affiliation:
    """Return the affiliation, if it may stand beside the others of its organisation.

    Raises AffiliationEmpty, AdministratorMissing.
    """
    if new.valid_until is not None and new.valid_until <= new.valid_from:
        raise AffiliationEmpty(valid_from=str(new.valid_from), valid_until=str(new.valid_until))
    _keep_an_administrator([*others, new])
    return new


def ended(affiliation: Affiliation, ended_on: date, others: Sequence[Affiliation]) -> Affiliation:
    """Return the affiliation with its end; `ended_on` is the first day without it.

    Raises AffiliationEndsEarlier, AffiliationEmpty, AdministratorMissing.
    """
    if affiliation.valid_until is not None and affiliation.valid_until <= ended_on:
        raise AffiliationEndsEarlier(valid_until=str(affiliation.valid_until))
    return affiliated(replace(affiliation, valid_until=ended_on), others)


def first_day_without_administrator(affiliations: Iterable[Affiliation]) -> date | None:
    """Return the first day on which somebody belongs to the organisation and no administrator does.

    Between two days on which an affiliation begins or ends nothing changes, so only those days are looked at.
    """
    known = list(affiliations)
    ends = (one.valid_until for one in known if one.valid_until is not None)
    for day in sorted({one.valid_from for one in known}.union(ends)):
        roles = {one.role for one in known if one.covers(day)}
        if roles and "administrator" not in roles:
            return day
    return None


def _keep_an_administrator(affiliations: Iterable[Affiliation]) -> None:
    if day := first_day_without_administrator(affiliations):
        raise AdministratorMissing(day=str(day))
