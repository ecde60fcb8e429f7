"""Decides what a territory knows of a session held elsewhere, and what becomes of a seat there: pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import Refused
from contracts.booking import SessionState
from contracts.values import Period, Wording


class SharedSessionFull(Refused):
    """{title}: none of the {seats} seats that are kept for this territory is left."""

    fr = "« {title} » : aucune des {seats} places réservées à ce territoire n'est libre."
    cure = (
        "Choose another session, or look again: a seat may be given back.",
        "Choisissez une autre session, ou revenez voir : une place peut être rendue.",
    )


@dataclass(frozen=True, slots=True)
class SharedSession:
    """A session of another territory as it is known here; the seats are those kept for this territory."""

    session_id: UUID
    host_territory_id: str
    state: str
    words: str | None
    kind: str
    title: Wording
    site_name: str
    place: str
    periods: tuple[Period, ...]
    seats: int
    release_at: datetime | None

    @property
    def start(self) -> datetime:
        return min(each.start for each in self.periods)

    @property
    def end(self) -> datetime:
        return max(each.end for each in self.periods)

    @property
    def zone(self) -> str:
        return self.periods[0].zone

    def day_of(self, instant: datetime) -> date:
        """Return the civil day that an instant is on where the session is held."""
        return instant.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class SharedSeat:
    """Somebody's seat in a session of another territory: granted, given_up, withdrawn there or not_held."""

    shared_seat_id: UUID
    person_id: UUID
    state: str
    granted_at: datetime
    session: SharedSession

    def ended(self, cancelled_by: str, cause: str) -> "SharedSeat | None":
        """Return it as it ended there; None where that is known already."""
        if self.state != "granted":
            return None
        if cause != "own_wish":
            return replace(self, state="not_held")
        return replace(self, state="given_up" if cancelled_by == "member" else "withdrawn")


def known(host_territory_id: str, told: SessionState, territory_id: str) -> SharedSession:
    """Return what a territory for which seats are kept knows of a session, of its own seats alone."""
    quotas = [each for each in told.quotas if territory_id in (each.territory_ids or ())]
    released = [each.release_at for each in quotas if each.release_at is not None]
    return SharedSession(
        session_id=told.session_id,
        host_territory_id=host_territory_id,
        state="scheduled",
        words=None,
        kind=told.kind,
        title=told.title,
        site_name=told.site_name,
        place=told.resource_name,
        periods=tuple(each.period for each in told.dates),
        seats=sum(each.seats for each in quotas),
        release_at=min(released, default=None),
    )


def invited(told: SessionState) -> list[str]:
    """Name the territories for which seats of a session are kept."""
    return sorted({siren for each in told.quotas for siren in each.territory_ids or ()})
