"""Rights as they come from membership's facts, and what booking does with them."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
from booking_builders import MONDAY, NOW, Hub, a_membership, at, fire_timers, state_of, tell
from topic_records import hear, record

from booking.rights.consumer import rights
from booking.rights.model import MembershipNotThen, MembershipSuspendedThen, NoMembership
from booking.rights.ports import horizon
from chassis.db import Database
from chassis.errors import CatchingUp
from chassis.ids import new_id
from contracts.booking import BookingConfirmed
from contracts.membership import (
    AffiliationEnded,
    Entitlement,
    MembershipEnded,
    MembershipResumed,
    MembershipSuspended,
    PersonAffiliated,
)
from contracts.values import Party

TUESDAY = MONDAY + timedelta(days=1)


def four_hours_a_month() -> tuple[Entitlement, ...]:
    return (
        Entitlement(resource_kinds=("room",), paid_by="plan", quantity=Decimal(4), unit="hour", per="month"),
    )


async def flags(hub: Hub) -> list[str | None]:
    async with hub.database.tx(hub.territory) as tx:
        return [row[0] for row in await tx.fetch("SELECT flag FROM bookings ORDER BY starts_at")]


async def test_without_membership_nobody_books(hub: Hub) -> None:
    with pytest.raises(NoMembership):
        await hub.book(await hub.room(), new_id(), 9, 10)


async def test_included_hours_come_first_and_money_follows(hub: Hub) -> None:
    person, room = await hub.member(entitlements=four_hours_a_month()), await hub.room()
    for start, end in ((7, 10), (10, 12), (12, 13), (13, 14)):
        await hub.book(room, person, start, end)
    told = await hub.facts(BookingConfirmed)
    assert [each["paid_by"] for each in told] == ["plan", "money", "plan", "money"]
    assert len({each["membership_id"] for each in told}) == 1


async def test_included_hours_start_anew_next_month(hub: Hub) -> None:
    person, room = await hub.member(entitlements=four_hours_a_month()), await hub.room()
    await hub.book(room, person, 7, 11)
    april = (datetime(2035, 4, 2, tzinfo=UTC) - at(0)) / timedelta(hours=1)
    await hub.book(room, person, april + 9, april + 12)
    assert [each["paid_by"] for each in await hub.facts(BookingConfirmed)] == ["plan", "plan"]


async def test_two_at_once_never_use_the_same_rest_of_a_plan(hub: Hub) -> None:
    person = await hub.member(entitlements=four_hours_a_month())
    rooms = [await hub.room(name) for name in ("A", "B", "C", "D")]
    await asyncio.gather(*(hub.book(room, person, 9, 12) for room in rooms))
    paid = sorted(each["paid_by"] for each in await hub.facts(BookingConfirmed))
    assert paid == ["money", "money", "money", "plan"]


async def test_an_employee_books_by_the_company_s_membership_and_the_company_pays(hub: Hub) -> None:
    person, company, room = new_id(), new_id(), await hub.room()
    holder = Party(organisation_id=company)
    await tell(hub.database, hub.territory, a_membership(holder=holder, payer=holder, audience="company"))
    with pytest.raises(NoMembership):
        await hub.book(room, person, 9, 10)
    belongs = PersonAffiliated(
        affiliation_id=new_id(),
        person_id=person,
        organisation_id=company,
        role="employee",
        valid_from=date(2035, 1, 1),
    )
    await tell(hub.database, hub.territory, belongs)
    await hub.book(room, person, 9, 10)
    (told,) = await hub.facts(BookingConfirmed)
    assert told["payer"] == {"person_id": None, "organisation_id": str(company)}
    assert (told["person_id"], told["audience"]) == (str(person), "company")


async def test_a_suspended_membership_flags_what_falls_in_it_and_a_resumed_one_unflags(
    hub: Hub, worker_database: Database
) -> None:
    told, room = a_membership(), await hub.room()
    person = told.holder.person_id
    assert person is not None
    await tell(hub.database, hub.territory, told)
    wednesday = 24.0
    await hub.book(room, person, 9, 10)
    await hub.book(room, person, wednesday + 9, wednesday + 10)
    suspended = MembershipSuspended(**state_of(told), suspended_from=TUESDAY + timedelta(days=1))
    await tell(hub.database, hub.territory, suspended)
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None, "membership-suspended-then"]
    with pytest.raises(MembershipSuspendedThen):
        await hub.book(room, person, wednesday + 12, wednesday + 13)
    resumed = MembershipResumed(**state_of(told), resumed_from=TUESDAY + timedelta(days=1))
    await tell(hub.database, hub.territory, resumed)
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None, None]
    await hub.book(room, person, wednesday + 12, wednesday + 13)


async def test_a_suspension_that_arrives_after_its_resumption_suspends_nobody(
    hub: Hub, worker_database: Database, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    told, room = a_membership(), await hub.room()
    person = told.holder.person_id
    assert person is not None
    from_day = TUESDAY + timedelta(days=1)
    facts = (
        told,
        MembershipSuspended(**state_of(told), suspended_from=from_day),
        MembershipResumed(**state_of(told), resumed_from=from_day),
    )
    first, suspended, resumed = (record(fact, n, hub.territory) for n, fact in enumerate(facts, 1))
    await hear(hub, worker_database, admin, rights, [first, resumed, suspended, resumed, suspended, first])
    await hub.book(room, person, 24 + 9, 24 + 10)
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None]


async def test_an_ended_membership_flags_later_bookings_and_takes_no_more(
    hub: Hub, worker_database: Database
) -> None:
    told, room = a_membership(), await hub.room()
    person = told.holder.person_id
    assert person is not None
    await tell(hub.database, hub.territory, told)
    await hub.book(room, person, 9, 10)
    ended = MembershipEnded(**{**state_of(told), "valid_until": TUESDAY}, ended_at=NOW)
    await tell(hub.database, hub.territory, ended)
    await fire_timers(worker_database, hub)
    assert await flags(hub) == ["membership-not-then"]
    with pytest.raises(MembershipNotThen):
        await hub.book(room, person, 12, 13)


async def test_who_leaves_a_company_has_later_bookings_flagged(hub: Hub, worker_database: Database) -> None:
    person, company, room = new_id(), new_id(), await hub.room()
    holder = Party(organisation_id=company)
    who = {"affiliation_id": new_id(), "person_id": person, "organisation_id": company}
    await tell(
        hub.database,
        hub.territory,
        a_membership(holder=holder, payer=holder),
        PersonAffiliated.model_validate({**who, "role": "employee", "valid_from": date(2035, 1, 1)}),
    )
    await hub.book(room, person, 9, 10)
    await tell(hub.database, hub.territory, AffiliationEnded.model_validate({**who, "ended_on": TUESDAY}))
    await fire_timers(worker_database, hub)
    assert await flags(hub) == ["not-affiliated-then"]


async def test_an_end_before_the_first_day_leaves_no_right(hub: Hub) -> None:
    told, room = a_membership(), await hub.room()
    person = told.holder.person_id
    assert person is not None
    ended = MembershipEnded(**{**state_of(told), "valid_until": date(2034, 12, 1)}, ended_at=NOW)
    await tell(hub.database, hub.territory, told, ended)
    with pytest.raises(MembershipNotThen):
        await hub.book(room, person, 9, 10)


async def test_while_rights_are_being_read_nobody_is_told_wrongly(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, room = await hub.member(), await hub.room()
    monkeypatch.setattr(horizon, "reached", lambda: False)
    with pytest.raises(CatchingUp):
        await hub.book(room, person, 9, 10)
