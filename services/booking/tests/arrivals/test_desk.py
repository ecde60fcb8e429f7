"""The desk's acts on arrivals: leaving, taking back, groups, codes."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from booking_builders import Api, Hub, at, fire_timers

from booking.arrivals.handlers import (
    CheckIn,
    CheckInGroup,
    CheckOut,
    UndoCheckIn,
    check_in,
    check_in_group,
    check_out,
    undo_check_in,
)
from booking.arrivals.model import WRONG_CODES, UndoClosed, read_code
from booking.bookings.handlers import BookingView, BookResource, book_resource
from booking.bookings.model import NotPossibleNow
from booking.bookings.ports import arrival_code
from chassis.db import Database
from chassis.ids import new_id
from contracts.booking import BookingCheckedOut, BookingCheckInUndone, BookingConfirmed, BookingMarkedNoShow
from contracts.values import Party


async def arrive(hub: Hub, booking: BookingView) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await check_in(tx, booking.booking_id, CheckIn(), hub.principal(role="hub-manager"))


async def leave(hub: Hub, booking: BookingView) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await check_out(tx, booking.booking_id, CheckOut())


async def take_back(hub: Hub, booking: BookingView) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await undo_check_in(tx, booking.booking_id, UndoCheckIn())


async def test_who_leaves_early_frees_the_rest_and_pays_the_whole(hub: Hub) -> None:
    room, person = await hub.room(turnaround_minutes=15), await hub.member()
    booked = await hub.book(room, person, 9, 12)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    await hub.set_clock(at(10))
    assert (await leave(hub, booked)).state == "completed"
    (told,) = await hub.facts(BookingCheckedOut)
    assert told["ended_at"].startswith("2035-03-06T10:00:0")
    assert told["period"]["end"] == "2035-03-06T12:00:00Z", "what is charged stays what was booked"
    assert (await hub.book(room, await hub.member(), 10.5, 12)).state == "confirmed"


async def test_what_was_left_keeps_its_turnaround(hub: Hub) -> None:
    room = await hub.room(turnaround_minutes=30)
    booked = await hub.book(room, await hub.member(), 9, 12)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    await hub.set_clock(at(10))
    await leave(hub, booked)
    ends = await hub.count("SELECT count(*) FROM claims WHERE ends_at BETWEEN $1 AND $2", at(10.5), at(10.6))
    assert ends == 1


async def test_who_leaves_before_the_start_leaves_nothing_taken(hub: Hub) -> None:
    room = await hub.room()
    booked = await hub.book(room, await hub.member(), 9, 12)
    await hub.set_clock(at(8.75))
    await arrive(hub, booked)
    await leave(hub, booked)
    assert await hub.count("SELECT count(*) FROM claims") == 0


async def test_nobody_leaves_twice_and_nobody_leaves_who_never_came(hub: Hub) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    with pytest.raises(NotPossibleNow):
        await leave(hub, booked)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    await leave(hub, booked)
    with pytest.raises(NotPossibleNow):
        await leave(hub, booked)


async def test_a_mistaken_check_in_is_taken_back_and_the_person_expected_again(
    hub: Hub, worker_database: Database
) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    assert (await take_back(hub, booked)).state == "confirmed"
    assert len(await hub.facts(BookingCheckInUndone)) == 1
    await hub.set_clock(at(9.5))
    await fire_timers(worker_database, hub)
    assert len(await hub.facts(BookingMarkedNoShow)) == 1, "whoever does not come is missed after all"


async def test_after_the_grace_a_check_in_stands_and_yet_the_person_can_leave(hub: Hub) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    await hub.set_clock(at(9))
    await arrive(hub, booked)
    await hub.set_clock(at(9.5))
    with pytest.raises(UndoClosed) as refused:
        await take_back(hub, booked)
    assert refused.value.values["until"] == "2035-03-06T09:30:00+00:00"
    assert (await leave(hub, booked)).state == "completed"


async def a_group(hub: Hub, organisation_id: UUID) -> list[BookingView]:
    """Three whom an organisation booked in, one of them for the afternoon."""
    manager, booked = hub.principal(role="hub-manager"), []
    for start, name in ((9, "A"), (9, "B"), (14, "C")):
        room = await hub.room(name)
        command = BookResource(
            booking_id=new_id(),
            resource_id=room.resource_id,
            person_id=new_id(),
            start=at(start),
            end=at(start + 1),
            audience="company",
            payer=Party(organisation_id=organisation_id),
        )
        async with hub.database.tx(hub.territory) as tx:
            booked.append(await book_resource(tx, command, manager))
    return booked


async def test_a_group_is_checked_in_at_once_and_who_cannot_be_is_named(hub: Hub) -> None:
    organisation_id = new_id()
    one, two, later = await a_group(hub, organisation_id)
    await hub.set_clock(at(9))
    command = CheckInGroup(organisation_id=organisation_id)
    async with hub.database.tx(hub.territory) as tx:
        answer = await check_in_group(tx, hub.site_id, command, hub.principal(role="hub-manager"))
    assert set(answer.arrived) == {one.booking_id, two.booking_id}
    [refused] = answer.refused
    assert (refused.booking_id, refused.code) == (later.booking_id, "check-in-closed")
    assert "2035-03-06T13:30" in refused.en


async def test_a_chosen_set_is_checked_in_and_no_booking_of_another_site(hub: Hub, other_hub: Hub) -> None:
    one, two, _ = await a_group(hub, new_id())
    elsewhere = await other_hub.book(await other_hub.room(), await other_hub.member(), 9, 10)
    await hub.set_clock(at(9))
    command = CheckInGroup(booking_ids=(one.booking_id, elsewhere.booking_id))
    async with hub.database.tx(hub.territory) as tx:
        answer = await check_in_group(tx, hub.site_id, command, hub.principal(role="hub-manager"))
    assert (answer.arrived, answer.refused) == ([one.booking_id], [])
    assert (await arrive(hub, two)).state == "checked_in"


async def test_a_code_finds_the_booking_and_opens_its_check_in(hub: Hub, api: Api, secrets_dir: Path) -> None:
    person = await hub.member()
    booked = await hub.book(await hub.room(), person, 9, 12)
    (told,) = await hub.facts(BookingConfirmed)
    code = told["arrival_code"]
    shown = await api.get(f"bookings/{booked.booking_id}/arrival-code", api.token("member", person))
    assert (shown.status_code, shown.json()["code"]) == (200, code)
    staff = api.token("hub-manager")
    early = await api.post("arrivals/find", staff, {"code": code})
    assert (early.status_code, early.json()["code"]) == (409, "check-in-closed")
    await hub.set_clock(at(9))
    typed = f"{code[:4].lower()}-{code[4:]}"
    found = await api.post("arrivals/find", staff, {"code": typed})
    assert (found.status_code, found.json()["booking_id"]) == (200, str(booked.booking_id))


async def test_a_code_ends_with_its_booking(hub: Hub, api: Api, secrets_dir: Path) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    await hub.set_clock(at(8.75))
    staff = api.token("hub-manager")
    await api.post(f"bookings/{booked.booking_id}/cancel", staff, {})
    code = arrival_code(hub.territory, booked.booking_id)
    answer = await api.post("arrivals/find", staff, {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-possible-now")
    shown = await api.get(f"bookings/{booked.booking_id}/arrival-code", staff)
    assert shown.status_code == 404


async def test_a_code_is_good_at_the_sites_of_the_caller_alone(hub: Hub, api: Api, secrets_dir: Path) -> None:
    booked = await hub.book(await hub.room(), await hub.member(), 9, 12)
    await hub.set_clock(at(9))
    code = arrival_code(hub.territory, booked.booking_id)
    member = await api.post("arrivals/find", api.token("member"), {"code": code})
    assert (member.status_code, member.json()["code"]) == (403, "forbidden")
    there = api.token("hub-manager", site_id=new_id())
    assert (await api.post("arrivals/find", there, {"code": code})).status_code == 403
    here = api.token("hub-manager", site_id=hub.site_id)
    assert (await api.post("arrivals/find", here, {"code": code})).status_code == 200


async def test_codes_cannot_be_guessed_at_will_and_yet_the_next_quarter_is_open(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    staff = api.token("hub-manager", new_id())
    for _ in range(WRONG_CODES):
        wrong = await api.post("arrivals/find", staff, {"code": "0000 0000"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "wrong-code")
    over = await api.post("arrivals/find", staff, {"code": "0000 0000"})
    assert (over.status_code, over.json()["code"]) == (429, "too-many-wrong-codes")
    other = await api.post("arrivals/find", api.token("hub-manager"), {"code": "0000 0000"})
    assert other.status_code == 404, "one person's tries are not another's"
    await hub.set_clock(at(8) + timedelta(minutes=16))
    assert (await api.post("arrivals/find", staff, {"code": "0000 0000"})).status_code == 404


def test_a_code_is_read_as_it_was_meant() -> None:
    assert read_code("o1il-7k3m") == "01117K3M"
