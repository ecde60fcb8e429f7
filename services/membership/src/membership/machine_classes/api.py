"""The HTTP door to machine classes, which are public, and to their trainers."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Open, Response, command, creation, query
from membership.machine_classes import handlers, store
from membership.machine_classes.handlers import AppointTrainer, DismissTrainer, TrainerShown
from membership.machine_classes.model import ClassRules, MachineClass
from membership.vault import vault


@creation("/v1/territories/{siren:str}/machine-classes")
async def define_class(door: Door, data: Body[MachineClass]) -> Response[MachineClass]:
    """Define a class of machines that needs a qualification."""
    act = Act("machine-class:define", "machine class", data.machine_class_id)
    return await door.create(act, handlers.define, data)


@command("/v1/territories/{siren:str}/machine-classes/{machine_class_id:uuid}/change")
async def change_class(
    door: Door, machine_class_id: FromPath[UUID], data: Body[ClassRules]
) -> Response[MachineClass]:
    """Change the names, levels and rules of a class."""
    act = Act("machine-class:define", "machine class", machine_class_id)
    return await door.command(act, handlers.change, machine_class_id, data)


@query("/v1/territories/{siren:str}/machine-classes")
async def list_classes(door: Door, asked: Asked) -> Response[Listed[MachineClass]]:
    """List the classes of machines of the territory."""
    return await door.page(Open.ANYONE, store.machine_classes, asked)


@query("/v1/territories/{siren:str}/machine-classes/{machine_class_id:uuid}")
async def show_class(door: Door, machine_class_id: FromPath[UUID]) -> Response[MachineClass]:
    """Show a class of machines."""
    return await door.read(Open.ANYONE, handlers.required, machine_class_id)


@command("/v1/territories/{siren:str}/machine-classes/{machine_class_id:uuid}/trainers")
async def appoint_trainer(
    door: Door, machine_class_id: FromPath[UUID], data: Body[AppointTrainer]
) -> Response[TrainerShown]:
    """Appoint a trainer of a class."""
    act = Act("trainer:appoint", "machine class", machine_class_id)
    return await door.command(act, handlers.appoint, machine_class_id, data)


@command(
    "/v1/territories/{siren:str}/machine-classes/{machine_class_id:uuid}/trainers/{person_id:uuid}/dismiss"
)
async def dismiss_trainer(
    door: Door, machine_class_id: FromPath[UUID], person_id: FromPath[UUID], data: Body[DismissTrainer]
) -> Response[TrainerShown]:
    """Dismiss a trainer of a class."""
    act = Act("trainer:appoint", "machine class", machine_class_id)
    return await door.command(act, handlers.dismiss, machine_class_id, person_id, data)


@query("/v1/territories/{siren:str}/machine-classes/{machine_class_id:uuid}/trainers")
async def list_trainers(
    door: Door, asked: Asked, machine_class_id: FromPath[UUID]
) -> Response[Listed[TrainerShown]]:
    """List who trains for a class."""
    act = Act("trainer:list", "machine class", machine_class_id)
    return await door.page(act, handlers.list_trainers, asked, machine_class_id, vault())


ROUTES = [
    define_class,
    change_class,
    list_classes,
    show_class,
    appoint_trainer,
    dismiss_trainer,
    list_trainers,
]
