"""Decides what a machine is: a piece of equipment that asks for a qualification and is sold by its use."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.errors import Refused
from contracts.booking import Material


class NoEquipment(Refused):
    """{resource} is no piece of equipment: only such a one is a machine."""

    status = 422
    fr = "{resource} n’est pas un équipement : seul un équipement est une machine."
    cure = (
        "Register the machine as a resource of the kind « equipment ».",
        "Enregistrez la machine comme ressource de type « équipement ».",
    )


class NoMachine(Refused):
    """{resource} is not known as a machine."""

    fr = "{resource} n’est pas connue comme machine."
    cure = (
        "Have the staff say what it asks for and costs.",
        "Faites indiquer par le personnel ce qu’elle exige et coûte.",
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """What a resource asks of people as a machine, for how long at a time, and what its use is sold by."""

    resource_id: UUID
    site_id: UUID
    machine_class_id: UUID | None
    level: int | None
    longest_minutes: int
    heartbeat_seconds: int | None
    minute_price_code: str | None
    materials: tuple[Material, ...]

    @property
    def longest(self) -> timedelta:
        return timedelta(minutes=self.longest_minutes)

    @property
    def silence(self) -> timedelta | None:
        """How long it may give no sign before nobody takes it to be in use; None where it gives none."""
        return timedelta(seconds=3 * self.heartbeat_seconds) if self.heartbeat_seconds else None
