"""Rights follow the terms of their day: no booking outlasts a membership, a plan, or a seat."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from booking_builders import MONDAY, NOW, Hub, a_membership, fire_timers, state_of, tell
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.rights.model import Membership, MembershipNotThen, NoSeatThen, PlanOpensNot, Use, usable
from chassis.db import Database
from chassis.errors import Refused
from chassis.ids import new_id
from contracts.membership import (
    Entitlement,
    MembershipConfirmed,
    MembershipEnded,
    MembershipPlanChanged,
    MembershipRenewed,
    PersonAffiliated,
    SeatGiven,
    SeatTaken,
)
from contracts.values import CivilPeriod, Party

TUESDAY, WEDNESDAY = (MONDAY + timedelta(days=n) for n in (1, 2))
DESK = (Entitlement(resource_kinds=("desk",), paid_by="plan"),)
DAYS = st.integers(0, 60).map(lambda n: date(2035, 1, 1) + timedelta(days=n))


def changed(told: MembershipConfirmed, start: date, **more: Any) -> MembershipPlanChanged:
    return MembershipPlanChanged(
        **(state_of(told) | more), changed_from=start, reason="asked", decided_at=NOW
    )


def a_right(
    start: date, end: date | None, rests: list[tuple[date, date]], kinds: tuple[str, ...]
) -> Membership:
    return Membership(
        membership_id=UUID(int=1),
        organisation_id=None,
        payer=Party(person_id=UUID(int=2)),
        audience="nomad",
        plan_id=UUID(int=3),
        plan_version=1,
        plan_name="Nomade",
        site_ids=(),
        entitlements=(Entitlement(resource_kinds=kinds, paid_by="plan"),),
        valid=(start, end),
        suspensions=tuple(rests),
    )


@settings(max_examples=500, deadline=None)
@given(
    DAYS,
    st.none() | DAYS,
    st.lists(st.tuples(DAYS, st.integers(1, 20)), max_size=3),
    DAYS,
    st.integers(1, 72),
)
def test_no_use_is_granted_on_a_day_on_which_the_membership_does_not_hold(
    start: date, end: date | None, rests: list[tuple[date, int]], first: date, hours: int
) -> None:
    pauses = [(since, since + timedelta(days=length)) for since, length in rests]
    right = a_right(start, end, pauses, ("room",))
    begins = datetime(first.year, first.month, first.day, 8, tzinfo=UTC)
    use = Use(UUID(int=2), UUID(int=4), "room", begins, begins + timedelta(hours=hours), "Europe/Paris")
    days = {(begins + timedelta(hours=n)).astimezone(UTC).date() for n in range(hours)} | {
        use.first,
        use.last,
    }
    holds = all(
        start <= day
        and (end is None or day < end)
        and not any(since <= day < again for since, again in pauses)
        for day in days
    )
    try:
        granted = bool(usable([right], use))
    except Refused:
        granted = False
    assert granted == holds


async def flags(hub: Hub) -> list[str | None]:
    async with hub.database.tx(hub.territory) as tx:
        return [row[0] for row in await tx.fetch("SELECT flag FROM bookings ORDER BY starts_at")]


async def test_bookings_after_a_change_of_plan_are_judged_by_the_new_plan_and_flagged(
    hub: Hub, worker_database: Database
) -> None:
    told, room = a_membership(), await hub.room()
    await tell(hub.database, hub.territory, told)
    person_id = told.holder.person_id
    assert person_id is not None
    await hub.book(room, person_id, 9, 10)
    await hub.book(room, person_id, 33, 34)
    await tell(hub.database, hub.territory, changed(told, WEDNESDAY, entitlements=DESK))
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None, "plan-opens-not"]
    with pytest.raises(PlanOpensNot):
        await hub.book(room, person_id, 35, 36)
    await hub.book(room, person_id, 11, 12)
    await tell(hub.database, hub.territory, changed(told, WEDNESDAY))
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None, None, None]


async def test_an_end_told_after_a_change_bounds_every_terms(hub: Hub) -> None:
    told, room = a_membership(), await hub.room()
    await tell(hub.database, hub.territory, told)
    change = changed(told, WEDNESDAY, audience="student")
    end = state_of(told) | {"valid_until": WEDNESDAY + timedelta(days=1), "audience": "student"}
    await tell(hub.database, hub.territory, change, MembershipEnded(**end, ended_at=NOW))
    person_id = told.holder.person_id
    assert person_id is not None
    first, second = await hub.book(room, person_id, 9, 10), await hub.book(room, person_id, 33, 34)
    assert (first.audience, second.audience) == ("nomad", "student")
    with pytest.raises(MembershipNotThen):
        await hub.book(room, person_id, 57, 58)


async def test_what_is_taken_up_again_has_no_rights_on_the_days_between(hub: Hub) -> None:
    told, room = a_membership(valid_until=TUESDAY), await hub.room()
    await tell(hub.database, hub.territory, told)
    again = state_of(told) | {"valid_until": None}
    without = CivilPeriod(start=TUESDAY, end=WEDNESDAY)
    renewed = MembershipRenewed(**again, how="reactivated", without=without, renewed_at=NOW)
    await tell(hub.database, hub.territory, renewed)
    person_id = told.holder.person_id
    assert person_id is not None
    with pytest.raises(Refused):
        await hub.book(room, person_id, 9, 10)
    await hub.book(room, person_id, 33, 34)


async def test_only_who_has_a_seat_uses_a_membership_with_seats_and_its_loss_flags(
    hub: Hub, worker_database: Database
) -> None:
    company, one, two, room = new_id(), new_id(), new_id(), await hub.room()
    told = a_membership(holder=Party(organisation_id=company), payer=Party(organisation_id=company), seats=1)
    people = [
        PersonAffiliated(
            affiliation_id=new_id(),
            person_id=each,
            organisation_id=company,
            role="employee",
            valid_from=date(2035, 1, 1),
        )
        for each in (one, two)
    ]
    seat = {"membership_id": told.membership_id, "seat_id": new_id(), "person_id": one}
    await tell(hub.database, hub.territory, told, *people, SeatGiven(**seat, given_from=date(2035, 1, 1)))
    await hub.book(room, one, 9, 10)
    await hub.book(room, one, 33, 34)
    with pytest.raises(NoSeatThen):
        await hub.book(room, two, 11, 12)
    await tell(hub.database, hub.territory, SeatTaken(**seat, taken_from=WEDNESDAY))
    await fire_timers(worker_database, hub)
    assert await flags(hub) == [None, "no-seat-then"]
