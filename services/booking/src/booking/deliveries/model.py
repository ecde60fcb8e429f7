"""Decides what a delivery is and what may become of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import Refused
from contracts.values import Party


class DeliverySettled(Refused):
    """This delivery is {state} since {settled_at}: it waits no more."""

    fr = "Cet envoi est à l'état « {state} » depuis le {settled_at} : il n'attend plus."
    cure = ("Look at the list of what waits.", "Voyez la liste de ce qui attend.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A parcel or letter for somebody: waiting, then handed_over or returned; its sender is sealed."""

    delivery_id: UUID
    site_id: UUID
    kind: str
    addressee: Party
    sealed_for: UUID
    sender: str | None
    received_at: datetime
    state: str = "waiting"
    handed_to: UUID | None = None
    settled_at: datetime | None = None

    def handed_over(self, to: UUID, now: datetime) -> "Delivery":
        self._waits()
        return replace(self, state="handed_over", handed_to=to, settled_at=now)

    def returned(self, now: datetime) -> "Delivery":
        self._waits()
        return replace(self, state="returned", settled_at=now)

    def _waits(self) -> None:
        if self.state != "waiting":
            raise DeliverySettled(state=self.state, settled_at=str(self.settled_at))
