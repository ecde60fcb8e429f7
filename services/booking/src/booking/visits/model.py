"""Decides what a visit is and what may become of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import Refused


class VisitNotPossibleNow(Refused):
    """A visit that is {state} cannot be {act}."""

    fr = "Une visite à l'état « {state} » n'admet pas l'acte « {act} »."
    cure = ("Note a new visit.", "Notez une nouvelle visite.")


class VisitPast(Refused):
    """Nobody is invited for {expected_at}: it is {now}."""

    status = 422
    fr = "On n'invite pas pour le {expected_at} : il est {now}."
    cure = ("Give a time to come.", "Donnez un moment à venir.")


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody comes to see a host: expected, inside, left; or called_off. The host's key opens the name."""

    visit_id: UUID
    site_id: UUID
    host_id: UUID
    visitor_name: str
    expected_at: datetime
    state: str = "expected"
    arrived_at: datetime | None = None
    left_at: datetime | None = None

    def arrived(self, now: datetime) -> "Visit":
        self._only("expected", "arrived")
        return replace(self, state="inside", arrived_at=now)

    def left(self, now: datetime) -> "Visit":
        self._only("inside", "left")
        return replace(self, state="left", left_at=now)

    def called_off(self) -> "Visit":
        self._only("expected", "called off")
        return replace(self, state="called_off")

    def _only(self, state: str, act: str) -> None:
        if self.state != state or not self.visitor_name:  # an erasure or a purge has emptied it
            raise VisitNotPossibleNow(state=self.state if self.visitor_name else "emptied", act=act)
