"""Decides at which times a person may use a machine in the next day, and what a permission says: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from booking.openings.model import Interval, without
from booking.rights.model import Grant
from chassis.errors import Refused
from contracts.values import Party

AHEAD: Final = timedelta(hours=24)


class PermissionNotThen(Refused):
    """The permission {permission_id} is not one of this site that held on {started_at}."""

    status = 422
    fr = "La permission {permission_id} n’est pas de ce site, ou ne valait pas le {started_at}."
    cure = ("Fetch permissions, and use one that holds.", "Reprenez les permissions, et usez d’une valable.")


@dataclass(frozen=True, slots=True)
class Permission:
    """What a person may do at a machine, and by which right it is paid."""

    permission_id: UUID
    site_id: UUID
    resource_id: UUID
    person_id: UUID
    badge_id: UUID
    paid: Grant
    longest_minutes: int
    begins_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None

    def held_at(self, instant: datetime) -> bool:
        return self.begins_at <= instant < self.ends_at

    def claims(
        self, badge_digest: str, machine_class_id: UUID | None, times: Sequence[Interval]
    ) -> dict[str, Any]:
        """Return what is signed: the machine, the person and their badge, and at which times."""
        return {
            "jti": str(self.permission_id),
            "machine": str(self.resource_id),
            "sub": str(self.person_id),
            "badge": badge_digest,
            "class": str(machine_class_id) if machine_class_id else None,
            "minutes": self.longest_minutes,
            "nbf": int(times[0].start.timestamp()),
            "exp": int(times[-1].end.timestamp()),
            "windows": [[each.start.isoformat(), each.end.isoformat()] for each in times],
        }


def windows(
    opened: Iterable[Interval],
    closed: Iterable[Interval],
    taken: Iterable[tuple[Interval, UUID]],
    person_id: UUID,
) -> list[Interval]:
    """Return when a machine is open and nobody else has booked it."""
    others = [interval for interval, whose in taken if whose != person_id]
    return without(opened, [*closed, *others])


def clipped(opened: Iterable[Interval], span: Interval) -> list[Interval]:
    """Return what of these openings lies inside the span."""
    cut = [Interval(max(each.start, span.start), min(each.end, span.end)) for each in opened]
    return [each for each in cut if each.start < each.end]


def grant_json(grant: Grant) -> dict[str, Any]:
    """Return a right as it is kept with a permission; how much of a plan it would use is not."""
    return {
        "audience": grant.audience,
        "payer": grant.payer.model_dump(mode="json"),
        "paid_by": grant.paid_by,
        "membership_id": str(grant.membership_id) if grant.membership_id else None,
    }


def grant_of(kept: dict[str, Any]) -> Grant:
    membership_id = UUID(kept["membership_id"]) if kept["membership_id"] else None
    return Grant(
        kept["audience"], Party.model_validate(kept["payer"]), kept["paid_by"], membership_id=membership_id
    )
