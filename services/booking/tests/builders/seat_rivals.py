"""Sixteen rivals for the seats of sessions with quotas, and the oracle that judges what they were given."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from booking_builders import Api, Hub
from session_builders import a_session, seats

from booking.sessions.handlers import SessionView
from chassis.ids import new_id

RIVALS = 16
AUDIENCES = ("job_seeker", "student", "public")
KEPT = {0: 3, 1: 2, 2: 4}  # seats by position: for job seekers, for students, for everybody


@dataclass
class Asked:
    """One request for seats, or to give them back, and how it was answered."""

    session_id: UUID
    registration_id: str
    audience: str
    seats: int
    status: int
    code: str | None


@dataclass
class Run:
    """Sessions that rivals storm, by the desk's door, each for a person of their own."""

    hub: Hub
    api: Api
    sessions: Sequence[SessionView]
    asked: list[Asked] = field(default_factory=list)
    given_back: set[str] = field(default_factory=set)

    @classmethod
    async def opened(cls, hub: Hub, api: Api, sessions: int) -> "Run":
        """Sessions with three seats for job seekers, two for students and four for everybody."""
        quotas = [seats(3, "job_seeker"), seats(2, "student"), seats(4)]
        rooms = [await hub.room(f"Salle {number}", capacity=9) for number in range(sessions)]
        return cls(hub, api, [await a_session(hub, room, quotas=quotas) for room in rooms])

    async def storm(self, each: int, *, giving_back: bool = False) -> None:
        """Let every rival ask so many times, all at once; some give back what they were given."""

        async def fight(rival: int) -> None:
            choices = random.Random(rival)  # noqa: S311 - the same storm each time
            for number in range(each):
                session = self.sessions[number * len(self.sessions) // each]
                got = await self.ask(session.session_id, choices.choice(AUDIENCES), choices.choice((1, 1, 2)))
                if giving_back and got.status == 201 and choices.random() < 0.4:
                    await self.give_back(got)

        await asyncio.gather(*(fight(rival) for rival in range(RIVALS)))

    async def ask(self, session_id: UUID, audience: str, number: int) -> Asked:
        """Ask for one seat, or for one and a guest's."""
        registration_id, person = str(new_id()), str(new_id())
        body: dict[str, Any] = {"registration_id": registration_id, "person_id": person, "audience": audience}
        if number > 1:
            body |= {"guests": ["Noé d’Ailleurs"] * (number - 1)}
        path = f"sessions/{session_id}/registrations"
        answer = await self.api.post(path, self.api.token("hub-manager"), body)
        code = None if answer.is_success else answer.json()["code"]
        got = Asked(session_id, registration_id, audience, number, answer.status_code, code)
        self.asked.append(got)
        return got

    async def give_back(self, got: Asked) -> None:
        path = f"registrations/{got.registration_id}/cancel"
        answer = await self.api.post(path, self.api.token("hub-manager"), {})
        assert answer.status_code == 200, answer.text
        self.given_back.add(got.registration_id)

    async def judge(self) -> None:
        """Raise AssertionError unless each seat was given once at most and none asked for is left."""
        assert {each.status for each in self.asked} <= {201, 409}, Counter(e.code for e in self.asked)
        assert {each.code for each in self.asked if each.status != 201} <= {"session-full"}
        async with self.hub.database.tx(self.hub.territory) as tx:
            rows = await tx.fetch(
                "SELECT registration_id, session_id, quota, seats, state FROM registrations"
            )
            ledger = await tx.fetch("SELECT session_id, position, seats, taken FROM session_quotas")
        kept = {str(row["registration_id"]): row for row in rows if row["state"] == "registered"}
        won = [each for each in self.asked if each.status == 201]
        for session in self.sessions:
            given: Counter[int] = Counter()
            for each in won:
                if each.session_id == session.session_id and each.registration_id not in self.given_back:
                    row = kept[each.registration_id]
                    assert row["seats"] == each.seats
                    given[row["quota"]] += each.seats
            for position, most in KEPT.items():
                assert given[position] <= most, f"a seat was given twice: {given[position]} of {most}"
            taken = {row[1]: row[3] for row in ledger if row[0] == session.session_id}
            assert {position: given[position] for position in KEPT} == taken, "the ledger has other seats"
            self._none_is_left(session.session_id, given)

    def _none_is_left(self, session_id: UUID, given: Counter[int]) -> None:
        """Every seat of a quota is gone for which somebody who may have it was refused one."""
        for lost in self.asked:
            if lost.session_id == session_id and lost.status != 201 and not self.given_back:
                for position in _open_to(lost.audience):
                    left = KEPT[position] - given[position]
                    assert left < lost.seats, f"{lost.audience} was refused {lost.seats} of {left} seats left"


def _open_to(audience: str) -> tuple[int, ...]:
    own = {"job_seeker": (0,), "student": (1,)}.get(audience, ())
    return (*own, 2)
