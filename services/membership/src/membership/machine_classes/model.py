"""Decides what a class of machines asks of people, and who may train for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.errors import Refused
from contracts.values import Wording

TRAINING_ROLES: Final = frozenset({"trainer", "hub-manager", "operator-staff", "territory-administrator"})


class LevelsTaken(Refused):
    """The class has {levels} levels: they may be renamed and more be added, none be taken away."""

    status = 422
    fr = "La classe a {levels} niveaux : on peut les renommer et en ajouter, non en retirer."
    cure = ("Name at least {levels} levels.", "Nommez au moins {levels} niveaux.")


class LevelUnknown(Refused):
    """The class has {levels} levels: there is no level {level}."""

    status = 422
    fr = "La classe a {levels} niveaux : il n'y a pas de niveau {level}."
    cure = ("Give a level from 1 to {levels}.", "Donnez un niveau de 1 à {levels}.")


class NotTrainerOfClass(Refused):
    """Only a trainer appointed for this class decides upon its qualifications, and on {day} you are none."""

    status = 403
    fr = "Seul un formateur de cette classe décide de ses habilitations, et vous ne l'êtes pas le {day}."
    cure = (
        "Ask a trainer of the class, or have yourself appointed by the hub.",
        "Demandez à un formateur de la classe, ou faites-vous nommer par le pôle.",
    )


class TrainerAlready(Refused):
    """This person is a trainer of the class on {day} or later already."""

    fr = "Cette personne est déjà formatrice de la classe le {day} ou plus tard."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class TrainerRoleMissing(Refused):
    """This person has no role here by which they could award anything."""

    fr = "Cette personne n'a ici aucun rôle qui lui permette de délivrer une habilitation."
    cure = ("Let an administrator give them the role of trainer.", "Faites-lui donner le rôle de formateur.")


class NoTrainer(Refused):
    """This person is no trainer of the class on {day}."""

    fr = "Cette personne n'est pas formatrice de la classe le {day}."
    cure = ("See who is at /trainers.", "Voyez qui l'est à /trainers.")


class ClassRules(BaseModel):
    """What a class is called, its levels, and how long a qualification for it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Wording
    levels: Annotated[tuple[Wording, ...], Field(min_length=1, max_length=9)]
    valid_months: Annotated[int | None, Field(ge=1, le=120)] = None
    lapse_months: Annotated[int | None, Field(ge=1, le=120)] = None

    def checked(self, level: int) -> int:
        """Return the level. Raises LevelUnknown for one that the class does not have."""
        if not 1 <= level <= len(self.levels):
            raise LevelUnknown(level=level, levels=len(self.levels))
        return level


class MachineClass(ClassRules):
    """A class of machines of a territory."""

    machine_class_id: UUID


@dataclass(frozen=True, slots=True)
class Trainer:
    """Who trains for a class, first day included, last excluded."""

    machine_class_id: UUID
    person_id: UUID
    appointed_from: date
    dismissed_from: date | None = None


def check_change(before: ClassRules, after: ClassRules) -> None:
    """Refuse to take a level away that somebody may have reached. Raises LevelsTaken."""
    if len(after.levels) < len(before.levels):
        raise LevelsTaken(levels=len(before.levels))


def check_can_train(roles: Iterable[str]) -> None:
    """Refuse as a trainer whoever could award nothing. Raises TrainerRoleMissing."""
    if TRAINING_ROLES.isdisjoint(roles):
        raise TrainerRoleMissing
