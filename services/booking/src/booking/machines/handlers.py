"""Says of a resource what it asks for and costs as a machine."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.machines import model, store
from booking.machines.model import Machine
from booking.resources.handlers import known_resource
from booking.resources.model import Resource
from chassis.db import Tx
from chassis.pages import Asked, Page
from contracts.booking import MachineDefined, Material

Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class DefineMachine(BaseModel):
    """Say which qualification a machine asks for, how long one may use it, and what its use is sold by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine_class_id: UUID | None = None
    level: Annotated[int, Field(ge=1, le=20)] | None = None
    longest_minutes: Annotated[int, Field(ge=1, le=1440)]
    heartbeat_seconds: Annotated[int, Field(ge=1, le=3600)] | None = None
    minute_price_code: Code | None = None
    materials: Annotated[tuple[Material, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _has_a_level_of_its_class(self) -> Self:
        if (self.machine_class_id is None) != (self.level is None):
            raise ValueError("a level is one of a machine class: give both or none")
        return self


class MachineView(MachineDefined):
    """A machine as it is answered, with its name."""

    name: str


async def define_machine(tx: Tx, resource_id: UUID, command: DefineMachine) -> MachineView:
    """Keep what the machine asks for and costs; uses under way end as they began."""
    resource = await known_resource(tx, resource_id)
    if resource.kind != "equipment":
        raise model.NoEquipment(resource=resource.name)
    new = Machine(
        resource_id=resource_id,
        site_id=resource.site_id,
        **{name: getattr(command, name) for name in DefineMachine.model_fields},
    )
    await store.save(tx, new)
    tx.emit(MachineDefined(**said(new)), site_id=str(new.site_id))
    return MachineView(**said(new), name=resource.name)


async def known_machine(tx: Tx, resource: Resource) -> Machine:
    """Return what a resource is as a machine; raises NoMachine."""
    found = await store.machine(tx, resource.resource_id)
    if found is None:
        raise model.NoMachine(resource=resource.name)
    return found


async def machine_page(tx: Tx, asked: Asked, site_id: UUID | None) -> Page[MachineView]:
    page = await store.page(tx, asked, site_id)
    return Page([MachineView(**said(each), name=name) for name, each in page.items], page.last)


def said(machine: Machine) -> dict[str, Any]:
    """Return the fields of what is told of a machine."""
    return {name: getattr(machine, name) for name in MachineDefined.model_fields}
