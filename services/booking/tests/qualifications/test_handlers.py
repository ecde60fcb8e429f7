"""Who may book and use a machine: only who is qualified for it, on the day of use."""

from datetime import date

import pytest
from booking_builders import Hub, at, fire_timers, tell
from hypothesis import given
from hypothesis import strategies as st
from machine_builders import a_class, a_machine, a_maker, an_award, qualify, start

from booking.machines.model import Machine
from booking.qualifications.model import (
    Needed,
    NotQualified,
    NotQualifiedThen,
    Qualification,
    QualifiedBelow,
    check,
)
from chassis.db import Database
from chassis.errors import Refused
from chassis.ids import new_id
from contracts.booking import BookingConfirmed, UsageStarted
from contracts.membership import QualificationRevoked, QualificationState

CLASS = new_id()
days = st.dates(date(2035, 1, 1), date(2035, 3, 1))


async def test_a_machine_is_booked_by_who_is_qualified_and_the_refusal_names_what_is_lacking(
    hub: Hub,
) -> None:
    machine_class_id = await a_class(hub)
    machine = await a_machine(hub, machine_class_id=machine_class_id, level=2)
    person = await a_maker(hub)
    with pytest.raises(NotQualified) as none:
        await hub.book(machine, person, 9, 10)
    assert none.value.values["machine_class"] == "Impression 3D"
    assert none.value.values["level"] == "Réglage"
    await qualify(hub, person, machine_class_id)
    with pytest.raises(QualifiedBelow):
        await hub.book(machine, person, 9, 10)
    await qualify(hub, person, machine_class_id, level=2, valid_until=date(2035, 3, 6))
    with pytest.raises(NotQualifiedThen):
        await hub.book(machine, person, 9, 10)
    await qualify(hub, person, machine_class_id, level=2, valid_until=date(2035, 3, 7))
    assert (await hub.book(machine, person, 9, 10)).state == "confirmed"
    assert len(await hub.facts(BookingConfirmed)) == 1


async def test_who_lost_the_qualification_begins_no_more_and_the_booking_is_flagged(
    hub: Hub, worker_database: Database
) -> None:
    machine_class_id, person = await a_class(hub), await a_maker(hub)
    machine = await a_machine(hub, machine_class_id=machine_class_id, level=1)
    award = an_award(person, machine_class_id)
    await tell(hub.database, hub.territory, award)
    booked = await hub.book(machine, person, 9, 10)
    state = {name: getattr(award, name) for name in QualificationState.model_fields}
    revoked = QualificationRevoked(
        **state | {"valid_until": date(2035, 3, 6)}, reason="Laissée sans surveillance", revoked_at=at(0)
    )
    await tell(hub.database, hub.territory, revoked)
    await fire_timers(worker_database, hub)
    flags = "SELECT count(*) FROM bookings WHERE booking_id = $1 AND flag = 'not-qualified-then'"
    assert await hub.count(flags, booked.booking_id) == 1
    await hub.set_clock(at(9))
    with pytest.raises(NotQualifiedThen):
        await start(hub, machine, person, booking_id=booked.booking_id)
    assert await hub.facts(UsageStarted) == []


async def test_a_machine_that_asks_for_none_is_used_by_every_member(hub: Hub) -> None:
    await hub.set_clock(at(9))
    assert (await start(hub, await a_machine(hub), await a_maker(hub))).state == "open"


@given(
    st.lists(st.tuples(st.integers(1, 3), days, st.none() | days), max_size=4),
    st.integers(1, 3),
    days,
    st.integers(0, 2),
)
def test_a_qualification_opens_a_machine_if_one_is_high_enough_on_every_day(
    held: list[tuple[int, date, date | None]], level: int, first: date, more: int
) -> None:
    machine = Machine(new_id(), new_id(), CLASS, level, 60, None, None, ())
    owned = [Qualification(CLASS, *each) for each in held]
    wanted = [date.fromordinal(first.toordinal() + number) for number in range(more + 1)]
    possible = any(
        each.level >= level
        and all(
            each.valid_from <= day and (each.valid_until is None or day < each.valid_until) for day in wanted
        )
        for each in owned
    )
    try:
        found = check(machine, owned, (wanted[0], wanted[-1]), Needed("Laser", "Découpe", "Usage"))
    except Refused:
        assert not possible
    else:
        assert possible
        assert found in owned
