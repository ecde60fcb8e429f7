"""Sixteen colleagues who spend the last units of their company's passes at once, and who judges them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
from booking_builders import MONDAY, NOW, Api, Hub, at, tell
from credit_builders import DESK_PRICE, a_nomad, sell

from booking.resources.handlers import ResourceView
from chassis.ids import new_id
from contracts.billing import PassSold
from contracts.membership import PersonAffiliated
from contracts.values import Party

RIVALS = 16
_HOURS = range(7, 18)  # of UTC: inside 8:00–20:00 of Paris in winter and in summer


@dataclass
class Spree:
    """The desks, one for each rival, the passes they share, and what each of their bookings was paid by."""

    hub: Hub
    api: Api
    desks: Sequence[ResourceView]
    people: Sequence[UUID]
    passes: Sequence[PassSold]
    paid_by: Counter[str] = field(default_factory=Counter)
    live: set[UUID] = field(default_factory=set)

    @classmethod
    async def opened(cls, hub: Hub, api: Api, units: int) -> "Spree":
        """Two passes of a company, each with so many hours, for sixteen persons who belong to it."""
        company = new_id()
        people = [await a_nomad(hub) for _ in range(RIVALS)]
        for person_id in people:
            belongs = PersonAffiliated(
                affiliation_id=new_id(),
                person_id=person_id,
                organisation_id=company,
                role="employee",
                valid_from=NOW.date(),
            )
            await tell(hub.database, hub.territory, belongs)
        terms = {"holder": Party(organisation_id=company), "unit": "hour"}
        ends = (MONDAY + timedelta(days=900), MONDAY + timedelta(days=800))
        passes = [await sell(hub, company, str(units), valid_until=end, **terms) for end in ends]
        desks = [await hub.room(f"Poste {n}", kind="desk", price_code=DESK_PRICE) for n in range(RIVALS)]
        return cls(hub, api, desks, people, passes)

    async def run(self, each: int) -> None:
        """Let every rival book so many hours of a desk of their own, and give up every third of them."""
        hours = _hours(each)

        async def spend(rival: int) -> None:
            token = self.api.token("member", self.people[rival])
            for number, hour in enumerate(hours):
                booking_id = new_id()
                body = {
                    "booking_id": str(booking_id),
                    "resource_id": str(self.desks[rival].resource_id),
                    "person_id": str(self.people[rival]),
                    "start": hour.isoformat(),
                    "end": (hour + timedelta(hours=1)).isoformat(),
                }
                answer = await self.api.post("bookings", token, body)
                assert answer.status_code == 201, answer.text
                paid_by = answer.json()["paid_by"]
                self.paid_by[paid_by] += 1
                if paid_by == "credits":
                    self.live.add(booking_id)
                if number % 3 == 2:
                    given_up = await self.api.post(f"bookings/{booking_id}/cancel", token, {})
                    assert given_up.is_success, given_up.text
                    self.live.discard(booking_id)

        await asyncio.gather(*(spend(rival) for rival in range(RIVALS)))

    async def judge(self) -> None:
        """Raise AssertionError unless every unit is in one place; nothing of the service's code is asked."""
        async with self.hub.database.tx(self.hub.territory) as tx:
            rows = await tx.fetch("SELECT * FROM credit_entries ORDER BY lot_id, seq")
        sold = sum(each.units for each in self.passes)
        left = sum(each["units"] for each in rows)
        assert left >= 0, f"{-left} units more were spent than were sold"
        assert sold == left + len(self.live), f"{sold} sold, {left} left, {len(self.live)} spent"
        for each in self.passes:
            _runs_down_to(each, [row for row in rows if row["lot_id"] == each.sale_id])


def _runs_down_to(sold: PassSold, rows: Sequence[asyncpg.Record]) -> None:
    balance = Decimal(0)
    for row in rows:
        balance += row["units"]
        assert balance == row["balance"], f"{sold.sale_id} forks at row {row['seq']}"


def _hours(count: int) -> list[datetime]:
    """So many hours of working days, from next Thursday on: what is given up costs nothing."""
    found: list[datetime] = []
    day = MONDAY + timedelta(days=3)
    while len(found) < count:
        if day.isoweekday() <= 5:
            found += [at(hour, day) for hour in _HOURS]
        day += timedelta(days=1)
    return found[:count]
