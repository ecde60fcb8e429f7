"""Builds a host and a home that share sessions: an agreement, a session with kept seats, what crosses."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from booking_builders import MONDAY, Hub, at, tell
from session_builders import a_session, seats

from booking.sessions.handlers import SessionView
from booking.shared_sessions.handlers import (
    AskForSeat,
    GiveUpSeat,
    SharedSeatView,
    SharedSessionView,
    ask,
    catalogue_page,
    give_up_seat,
    own_page,
)
from chassis.db import PLATFORM, Database
from chassis.ids import new_id
from chassis.pages import Asked
from contracts.booking import (
    RegistrationCancelled,
    SessionCancelled,
    SessionRescheduled,
    SessionScheduled,
)
from contracts.envelope import Fact
from contracts.membership import SharingAgreementEnded, SharingAgreementSigned

_CROSSING = (SessionScheduled, SessionRescheduled, SessionCancelled, RegistrationCancelled)
HEARD: dict[str, type[Fact]] = {each.type: each for each in _CROSSING}


def signed(*territories: str, **changes: Any) -> SharingAgreementSigned:
    """An agreement to share sessions, from January 2035 on."""
    values = {
        "agreement_id": new_id(),
        "network_id": new_id(),
        "kind": "sessions",
        "territory_ids": territories,
        "valid_from": date(2035, 1, 1),
    }
    return SharingAgreementSigned.model_validate(values | changes)


async def share(database: Database, *territories: str, **changes: Any) -> SharingAgreementSigned:
    told = signed(*territories, **changes)
    await tell(database, PLATFORM, told)
    return told


@dataclass
class Network:
    """Two hubs, of which the first holds a session that keeps seats for the second."""

    host: Hub
    home: Hub
    agreement: SharingAgreementSigned
    heard: set[int] = field(default_factory=set)

    @classmethod
    async def agreed(cls, host: Hub, home: Hub) -> "Network":
        return cls(host, home, await share(host.database, host.territory, home.territory))

    async def session(self, number: int = 2, **more: Any) -> SessionView:
        """A session in a week, with one seat for everybody and some kept for the home."""
        kept = seats(number, **{"territory_ids": [self.home.territory], **more.pop("kept", {})})
        values = {"quotas": [seats(1), kept], "dates": [half_day()], **more}
        return await a_session(self.host, await self.host.room(capacity=40), **values)

    async def cross(self) -> None:
        """Let the service hear, once, what the host told since the last time."""
        async with self.host.database.tx(self.host.territory) as tx:
            rows = await tx.fetch("SELECT id, type, data FROM event_log ORDER BY id")
        for row in rows:
            if row["id"] not in self.heard and row["type"] in HEARD:
                self.heard.add(row["id"])
                fact = HEARD[row["type"]].model_validate_json(row["data"])
                await tell(self.host.database, self.host.territory, fact)

    async def ask(self, session_id: UUID, person_id: UUID | None = None) -> SharedSeatView:
        command = AskForSeat(shared_seat_id=new_id(), person_id=person_id or new_id())
        async with self.home.database.tx(self.home.territory) as tx:
            return await ask(tx, session_id, command)

    async def give_up(self, seat: SharedSeatView) -> SharedSeatView:
        async with self.home.database.tx(self.home.territory) as tx:
            return await give_up_seat(tx, seat.shared_seat_id, GiveUpSeat())

    async def end(self, ended_on: date) -> None:
        names = ("agreement_id", "network_id", "kind")
        values = {name: getattr(self.agreement, name) for name in names}
        await tell(self.host.database, PLATFORM, SharingAgreementEnded(**values, ended_on=ended_on))

    async def seats_of(self, person_id: UUID) -> list[SharedSeatView]:
        async with self.home.database.tx(self.home.territory) as tx:
            return list((await own_page(tx, Asked(limit=50), person_id)).items)


def half_day(day: int = 7) -> dict[str, str]:
    return {"start": at(8 + 24 * day).isoformat(), "end": at(11 + 24 * day).isoformat()}


async def catalogue(database: Database, territory: str) -> list[SharedSessionView]:
    async with database.tx(territory) as tx:
        return list((await catalogue_page(tx, Asked(limit=50))).items)


LATER = date(MONDAY.year, MONDAY.month, MONDAY.day + 3)
