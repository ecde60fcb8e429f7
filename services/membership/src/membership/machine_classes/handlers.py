"""Defines machine classes, appoints and dismisses their trainers, and says who is one."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import (
    MachineClassChanged,
    MachineClassDefined,
    TrainerAppointed,
    TrainerDismissed,
)
from membership.machine_classes import model, store
from membership.machine_classes.model import ClassRules, MachineClass, NoTrainer, NotTrainerOfClass, Trainer
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.persons.model import PersonShown
from membership.plans import handlers as plans
from membership.vault import Vault


class AppointTrainer(BaseModel):
    """Let a person train for a class from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    appointed_from: date


class DismissTrainer(BaseModel):
    """Let a person no longer train: the day is the first one without."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dismissed_from: date


class TrainerShown(BaseModel):
    """Who trains for a class; no name once the person is erased."""

    model_config = ConfigDict(frozen=True)

    machine_class_id: UUID
    person_id: UUID
    given_name: str | None = None
    family_name: str | None = None
    appointed_from: date
    dismissed_from: date | None


async def define(tx: Tx, wanted: MachineClass) -> MachineClass:
    """Define a class of machines. Raises TerritoryNotOpen, IdReused."""
    await plans.today(tx)
    await store.insert(tx, wanted)
    tx.emit(MachineClassDefined(**wanted.model_dump()))
    return wanted


async def change(tx: Tx, machine_class_id: UUID, rules: ClassRules) -> MachineClass:
    """Change a class; qualifications keep the days they were awarded for. Raises LevelsTaken."""
    before = await required(tx, machine_class_id, "FOR UPDATE")
    model.check_change(before, rules)
    after = MachineClass(machine_class_id=machine_class_id, **rules.model_dump())
    if after != before:
        await store.update(tx, machine_class_id, rules)
        tx.emit(MachineClassChanged(**after.model_dump()))
    return after


async def appoint(tx: Tx, machine_class_id: UUID, wanted: AppointTrainer) -> TrainerShown:
    """Appoint a trainer of a class. Raises TrainerRoleMissing, TrainerAlready."""
    await required(tx, machine_class_id)
    if not await persons.is_known(tx, wanted.person_id):
        raise NotFound(what="person", id=str(wanted.person_id))
    model.check_can_train(grant.role for grant in await persons_handlers.roles_here(tx, wanted.person_id))
    trainer = Trainer(machine_class_id, wanted.person_id, wanted.appointed_from)
    await store.appoint(tx, trainer)
    tx.emit(TrainerAppointed(machine_class_id=machine_class_id, **wanted.model_dump()))
    return _shown(trainer)


async def dismiss(tx: Tx, machine_class_id: UUID, person_id: UUID, wanted: DismissTrainer) -> TrainerShown:
    """Dismiss a trainer of a class; what they awarded stands. Raises NoTrainer."""
    await required(tx, machine_class_id)
    day = max(wanted.dismissed_from, await plans.today(tx))
    if not await store.dismiss(tx, machine_class_id, person_id, day):
        raise NoTrainer(day=str(day))
    tx.emit(TrainerDismissed(machine_class_id=machine_class_id, person_id=person_id, dismissed_from=day))
    return _shown(Trainer(machine_class_id, person_id, day, day))


async def list_trainers(tx: Tx, asked: Asked, machine_class_id: UUID, vault: Vault) -> Page[TrainerShown]:
    """Return the trainers of a class with their names."""
    page = await store.trainers(tx, asked, machine_class_id, await plans.today(tx))
    known = await persons.known(tx, {one.person_id for one in page.items})
    names = {each.person_id: each for each in await persons_handlers.unsealed(tx, known, vault)}
    return Page([_shown(one, names.get(one.person_id)) for one in page.items], page.last)


async def check_trainer(tx: Tx, machine_class_id: UUID, person_id: UUID) -> None:
    """Refuse whoever is no trainer of the class today. Raises NotTrainerOfClass."""
    today = await plans.today(tx)
    if not await store.is_trainer(tx, machine_class_id, person_id, today):
        raise NotTrainerOfClass(day=str(today))


async def required(tx: Tx, machine_class_id: UUID, lock: str = "") -> MachineClass:
    """Return a class; raises NotFound."""
    found = await store.machine_class(tx, machine_class_id, lock)
    if found is None:
        raise NotFound(what="machine class", id=str(machine_class_id))
    return found


def _shown(trainer: Trainer, person: PersonShown | None = None) -> TrainerShown:
    return TrainerShown(
        machine_class_id=trainer.machine_class_id,
        person_id=trainer.person_id,
        given_name=person.given_name if person else None,
        family_name=person.family_name if person else None,
        appointed_from=trainer.appointed_from,
        dismissed_from=trainer.dismissed_from,
    )
