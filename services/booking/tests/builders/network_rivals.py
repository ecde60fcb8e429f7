"""Sixteen rivals of two territories for the last seats of one session after the other."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from booking_builders import NOW, Api
from network_builders import Network
from session_builders import seats

from booking.sessions.handlers import SessionView
from chassis.ids import new_id

RIVALS = 16
SEATS = 5


@dataclass
class Storm:
    """Sessions whose seats were kept for the home and are released: whoever asks first has one."""

    network: Network
    doors: tuple[Api, Api]  # of the host and of the home
    sessions: Sequence[SessionView]
    won: dict[UUID, Counter[str]] = field(default_factory=dict)
    lost: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def opened(cls, network: Network, doors: tuple[Api, Api], number: int) -> "Storm":
        kept = seats(SEATS, territory_ids=[network.home.territory], release_at=NOW.isoformat())
        sessions = [await network.session(quotas=[kept]) for _ in range(number)]
        await network.cross()
        return cls(network, doors, sessions, {each.session_id: Counter() for each in sessions})

    async def rage(self, *, giving_up: bool = False) -> None:
        """Let every rival ask once for each session, all at once; some of the home give up and ask again."""

        async def fight(rival: int) -> None:
            choices = random.Random(rival)  # noqa: S311 - the same storm each time
            for session in self.sessions:
                mine, from_home = str(new_id()), rival % 2 == 1
                won = await self._ask(session.session_id, mine, from_home=from_home)
                if won and giving_up and from_home and choices.random() < 0.5:
                    await self._give_up(session.session_id, mine)

        await asyncio.gather(*(fight(rival) for rival in range(RIVALS)))

    async def judge(self) -> None:
        """Raise AssertionError unless each seat has one person, and the home knows of its people's."""
        assert set(self.lost) <= {"session-full", "shared-session-full"}, self.lost
        host, home = self.network.host, self.network.home
        async with host.database.tx(host.territory) as tx:
            ledger = await tx.fetch("SELECT session_id, taken FROM session_quotas")
            rows = await tx.fetch(
                "SELECT registration_id, session_id, home_territory_id FROM registrations "
                "WHERE state = 'registered'"
            )
        async with home.database.tx(home.territory) as tx:
            granted = await tx.fetch("SELECT shared_seat_id FROM shared_seats WHERE state = 'granted'")
        crossed = {row["registration_id"] for row in rows if row["home_territory_id"] == home.territory}
        assert crossed == {row[0] for row in granted}, "the two territories know of other seats"
        held = Counter(row["session_id"] for row in rows)
        taken = {row[0]: row[1] for row in ledger}
        for session_id, won in self.won.items():
            assert taken[session_id] == held[session_id] == won.total() <= SEATS, session_id

    async def _ask(self, session_id: UUID, mine: str, *, from_home: bool) -> bool:
        host, home = self.doors
        person = new_id()
        if from_home:
            path, body = f"shared-sessions/{session_id}/seats", {"shared_seat_id": mine}
        else:
            path, body = f"sessions/{session_id}/registrations", {"registration_id": mine}
        door = home if from_home else host
        answer = await door.post(path, door.token("member", person), body | {"person_id": str(person)})
        if answer.status_code == 201:
            self.won[session_id]["home" if from_home else "host"] += 1
            return True
        assert answer.status_code == 409, answer.text
        self.lost[answer.json()["code"]] += 1
        return False

    async def _give_up(self, session_id: UUID, mine: str) -> None:
        door = self.doors[1]
        answer = await door.post(f"shared-seats/{mine}/give-up", door.token("territory-administrator"), {})
        assert answer.status_code == 200, answer.text
        self.won[session_id]["home"] -= 1
