"""Finds whether a person is qualified for the machines of a use, and keeps the copy of qualifications."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from booking.machines import store as machines
from booking.machines.model import Machine
from booking.maintenance.handlers import check_maintained
from booking.qualifications import model, store
from booking.qualifications.model import Needed, Qualification
from booking.resources.model import Resource
from booking.rights.handlers import check_caught_up, review
from booking.sites.handlers import known_site
from chassis.db import Tx
from chassis.errors import Refused
from chassis.pages import Asked, Page
from contracts.booking import Material
from contracts.membership import QualificationState


class Lack(BaseModel):
    """What stands against the use of a machine, and the cure."""

    code: str
    fr: str
    en: str
    cure_fr: str | None
    cure_en: str | None


class MachineForMe(BaseModel):
    """A machine, and what the caller lacks for it; nothing where they may use it."""

    resource_id: UUID
    site_id: UUID
    name: str
    longest_minutes: int
    materials: tuple[Material, ...]
    lack: Lack | None


async def check_qualified(
    tx: Tx, resources: Sequence[Resource], person_id: UUID, days: tuple[date, date]
) -> None:
    """Raise a refusal that names the machine for which a person lacks the qualification on these days.

    Raises CatchingUp while the copy is not read; asks nothing where no equipment is among the resources.
    """
    names = {each.resource_id: each.name for each in resources if each.kind == "equipment"}
    if not names:
        return
    check_caught_up()
    for machine in await machines.many(tx, list(names)):
        await qualified(tx, machine, names[machine.resource_id], person_id, days)


async def qualified(
    tx: Tx, machine: Machine, name: str, person_id: UUID, days: tuple[date, date]
) -> Qualification | None:
    """Return the qualification that opens a machine; raises the refusal that names what is lacking."""
    if machine.machine_class_id is None or machine.level is None:
        return None
    held = await store.of_person(tx, person_id)
    called = await store.names(tx, machine.machine_class_id)
    machine_class, levels = (called[0].fr, called[1]) if called else (str(machine.machine_class_id), ())
    level = levels[machine.level - 1].fr if machine.level <= len(levels) else str(machine.level)
    return model.check(machine, held, days, Needed(name, machine_class, level))


async def own_machines(tx: Tx, asked: Asked, person_id: UUID, site_id: UUID | None) -> Page[MachineForMe]:
    """List machines, and what keeps a person from each today: what they lack, or maintenance that is due."""
    page = await machines.page(tx, asked, site_id)
    found = [await _for_me(tx, machine, name, person_id) for name, machine in page.items]
    return Page(found, page.last)


async def keep(tx: Tx, told: QualificationState) -> None:
    """Keep on which days a person is qualified, and have the person's bookings to come judged again."""
    await store.keep(tx, told)
    await review(tx, person_id=told.person_id)


async def _for_me(tx: Tx, machine: Machine, name: str, person_id: UUID) -> MachineForMe:
    lack, site = None, await known_site(tx, machine.site_id)
    today = site.day_of(await tx.now())
    try:
        await qualified(tx, machine, name, person_id, (today, today))
        await check_maintained(tx, machine.resource_id, site)
    except Refused as refusal:
        lack = Lack(
            code=refusal.code,
            fr=refusal.said("fr"),
            en=refusal.said("en"),
            cure_fr=refusal.cure_said("fr"),
            cure_en=refusal.cure_said("en"),
        )
    shown = ("resource_id", "site_id", "longest_minutes", "materials")
    return MachineForMe(**{each: getattr(machine, each) for each in shown}, name=name, lack=lack)
