"""Decides whether a person is qualified for a machine on the days of a use: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from booking.machines.model import Machine
from chassis.errors import Refused


class NotQualified(Refused):
    """{resource} asks for the qualification {machine_class} ({level}): this person has none."""

    status = 403
    fr = "{resource} exige l’habilitation « {machine_class} » ({level}) : cette personne ne l’a pas."
    cure = (
        "Ask a trainer of « {machine_class} » to be trained for it.",
        "Demandez à être formé auprès d’un formateur « {machine_class} ».",
    )


class QualifiedBelow(Refused):
    """{resource} asks for {machine_class} at level {level}: this person has level {held}."""

    status = 403
    fr = "{resource} exige « {machine_class} » au niveau {level} : cette personne a le niveau {held}."
    cure = (
        "Ask a trainer of « {machine_class} » for the next level.",
        "Demandez le niveau suivant à un formateur « {machine_class} ».",
    )


class NotQualifiedThen(Refused):
    """{resource} asks for {machine_class}, which this person has from {valid_from} to {valid_until} only."""

    status = 403
    fr = (
        "{resource} exige « {machine_class} » : cette personne l’a du {valid_from} au {valid_until}, "
        "pas le {day}."
    )
    cure = (
        "Have a trainer renew it, or choose a day on which it holds.",
        "Faites-la renouveler par un formateur, ou choisissez un jour où elle vaut.",
    )


class Needed(NamedTuple):
    """A class and the level of it that a machine asks for, as people call them."""

    resource: str
    machine_class: str
    level: str


@dataclass(frozen=True, slots=True)
class Qualification:
    """What a person is qualified for, and on which days: [valid_from, valid_until)."""

    machine_class_id: UUID
    level: int
    valid_from: date
    valid_until: date | None

    def covers(self, first: date, last: date) -> bool:
        return self.valid_from <= first and (self.valid_until is None or last < self.valid_until)


def check(
    machine: Machine, held: Iterable[Qualification], days: tuple[date, date], needed: Needed
) -> Qualification | None:
    """Return the qualification that opens the machine on all these days, None where it asks for none.

    Raises the refusal that comes closest.
    """
    if machine.machine_class_id is None or machine.level is None:
        return None
    of_class = [each for each in held if each.machine_class_id == machine.machine_class_id]
    if not of_class:
        raise NotQualified(**needed._asdict())
    high = [each for each in of_class if each.level >= machine.level]
    if not high:
        best = max(each.level for each in of_class)
        raise QualifiedBelow(
            resource=needed.resource, machine_class=needed.machine_class, level=machine.level, held=best
        )
    if found := next((each for each in high if each.covers(*days)), None):
        return found
    nearest = max(high, key=lambda each: each.valid_until or date.max)
    raise NotQualifiedThen(
        resource=needed.resource,
        machine_class=needed.machine_class,
        valid_from=nearest.valid_from.isoformat(),
        valid_until=nearest.valid_until.isoformat() if nearest.valid_until else "—",
        day=days[0].isoformat(),
    )
