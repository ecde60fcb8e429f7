"""Builds machines, the qualifications that membership tells of them, and uses."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from booking_builders import NOW, Hub, tell

from booking.machines.handlers import DefineMachine, define_machine
from booking.resources.handlers import ResourceView
from booking.usage.handlers import (
    Heartbeat,
    StartUsage,
    StopUsage,
    UsageView,
    heartbeat,
    start_usage,
    stop_usage,
    usage_view,
)
from chassis.ids import new_id
from contracts.booking import Material
from contracts.membership import Entitlement, Evidence, MachineClassDefined, QualificationAwarded
from contracts.values import Wording

FILAMENT = Material(price_code="filament", name="Filament PLA")


async def a_class(hub: Hub, name: str = "Impression 3D") -> UUID:
    """A class of machines with two levels."""
    machine_class_id = new_id()
    levels = (Wording(fr="Usage", en="Use"), Wording(fr="Réglage", en="Setting"))
    told = MachineClassDefined(
        machine_class_id=machine_class_id, name=Wording(fr=name, en=name), levels=levels
    )
    await tell(hub.database, hub.territory, told)
    return machine_class_id


async def a_machine(hub: Hub, name: str = "Imprimante 3D", **said: Any) -> ResourceView:
    """A machine at 0.10 a minute, for four hours at most, that uses up filament."""
    resource = await hub.room(name, kind="equipment")
    values = {
        "longest_minutes": 240,
        "minute_price_code": "printer-minute",
        "materials": (FILAMENT,),
        **said,
    }
    async with hub.database.tx(hub.territory) as tx:
        await define_machine(tx, resource.resource_id, DefineMachine(**values))
    return resource


async def a_maker(hub: Hub, **said: Any) -> UUID:
    """A member whose plan opens equipment."""
    opened = Entitlement(resource_kinds=("equipment",), paid_by="plan")
    return await hub.member(entitlements=(opened,), **said)


def an_award(person_id: UUID, machine_class_id: UUID, **said: Any) -> QualificationAwarded:
    """Level 1 for the whole year."""
    values: dict[str, Any] = {
        "qualification_id": new_id(),
        "person_id": person_id,
        "machine_class_id": machine_class_id,
        "level": 1,
        "valid_from": date(2035, 1, 1),
        "valid_until": date(2036, 1, 1),
        "evidence": Evidence(test="Pièce d’essai"),
        "awarded_by": new_id(),
        "awarded_at": NOW,
    }
    return QualificationAwarded(**values | said)


async def qualify(hub: Hub, person_id: UUID, machine_class_id: UUID, **said: Any) -> None:
    await tell(hub.database, hub.territory, an_award(person_id, machine_class_id, **said))


async def start(hub: Hub, machine: ResourceView, person_id: UUID, **said: Any) -> UsageView:
    values = {"usage_id": new_id(), "resource_id": machine.resource_id, "person_id": person_id, **said}
    async with hub.database.tx(hub.territory) as tx:
        return await start_usage(tx, StartUsage(**values), hub.principal(person_id))


async def beat(hub: Hub, usage: UsageView, told: datetime | None = None) -> UsageView:
    async with hub.database.tx(hub.territory) as tx:
        return await heartbeat(tx, usage.usage_id, Heartbeat(at=told))


async def stop(hub: Hub, usage: UsageView, **said: Any) -> UsageView:
    """Have the staff stop it."""
    async with hub.database.tx(hub.territory) as tx:
        manager = hub.principal(role="hub-manager")
        return await stop_usage(tx, usage.usage_id, StopUsage(**said), manager)


async def used_at(hub: Hub, usage: UsageView) -> UsageView:
    """The use as it is now."""
    async with hub.database.tx(hub.territory) as tx:
        found = await usage_view(tx, usage.usage_id)
    assert found is not None
    return found
