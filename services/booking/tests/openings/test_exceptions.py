"""Days unlike the others: an exception replaces the week's hours, whoever in the lineage it stands at."""

from datetime import timedelta
from typing import Any

from booking_builders import MONDAY, Api, Hub, at

from booking.openings.model import Hours, Interval, Opening, in_force, without
from chassis.ids import new_id
from contracts.booking import AvailabilityExceptionAdded, AvailabilityExceptionWithdrawn

TUESDAY = MONDAY + timedelta(days=1)


def a_booking(resource_id: object, person_id: object, start: float, day: int = 0) -> dict[str, Any]:
    return {
        "booking_id": str(new_id()),
        "resource_id": str(resource_id),
        "person_id": str(person_id),
        "start": at(start + 24 * day).isoformat(),
        "end": at(start + 24 * day + 1).isoformat(),
    }


async def test_a_site_that_closes_one_day_closes_the_rooms_that_have_hours_of_their_own(
    hub: Hub, api: Api
) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    own = {"valid_from": str(MONDAY), "weekly": [{"weekday": 2, "opens": "08:00", "closes": "12:00"}]}
    await api.post(f"resources/{room.resource_id}/opening-hours", staff, own)
    closed = {"day": str(TUESDAY), "openings": [], "reason": "Inventaire"}
    assert (await api.post(f"sites/{hub.site_id}/exceptions", staff, closed)).status_code == 200
    token = api.token("member", person)
    refused = await api.post("bookings", token, a_booking(room.resource_id, person, 9))
    assert (refused.status_code, refused.json()["code"]) == (409, "closed-exceptionally")
    values = refused.json()["values"]
    assert (values["reason"], values["next_open"]) == ("Inventaire", "2035-03-13")
    cured = await api.post("bookings", token, a_booking(room.resource_id, person, 9, day=7))
    assert cured.status_code == 201, "the day that the refusal names is open"
    (told,) = await hub.facts(AvailabilityExceptionAdded)
    assert (told["resource_id"], told["openings"], told["subscription_id"]) == (str(hub.site_id), [], None)


async def test_the_nearest_exception_wins_and_withdrawing_it_gives_the_day_back(hub: Hub, api: Api) -> None:
    room, staff = await hub.room(), api.token("hub-manager")
    day = {"day": str(TUESDAY), "reason": "Portes ouvertes"}
    await api.post(f"sites/{hub.site_id}/exceptions", staff, day | {"openings": []})
    late = [{"opens": "18:00", "closes": "23:00"}]
    path = f"resources/{room.resource_id}/exceptions"
    assert (await api.post(path, staff, day | {"openings": late})).status_code == 200

    async def shown() -> tuple[str, str]:
        answer = await api.get(f"sites/{hub.site_id}/planning", staff, day=str(TUESDAY))
        found = answer.json()["resources"][0]
        return found["opening_hours"], found["closed"]

    assert await shown() == ("18:00–23:00", "Portes ouvertes")
    listed = (await api.get(f"resources/{room.resource_id}/opening-hours", staff)).json()["exceptions"]
    assert [(each["day"], each["openings"]) for each in listed] == [(str(TUESDAY), late)]
    assert (await api.post(f"{path}/withdraw", staff, {"day": str(TUESDAY)})).status_code == 204
    assert await shown() == ("", "Portes ouvertes"), "what the site says of the day holds again"
    assert len(await hub.facts(AvailabilityExceptionWithdrawn)) == 1
    again = await api.post(f"{path}/withdraw", staff, {"day": str(TUESDAY)})
    assert again.json()["code"] == "exception-unknown"


async def test_an_exception_can_open_a_day_that_is_closed_every_week(hub: Hub, api: Api) -> None:
    room, person, staff = await hub.room(), await hub.member(), api.token("hub-manager")
    saturday = {"day": "2035-03-10", "reason": "Fête", "openings": [{"opens": "10:00", "closes": "12:00"}]}
    booking = a_booking(room.resource_id, person, 9, day=4)
    token = api.token("member", person)
    assert (await api.post("bookings", token, booking)).json()["code"] == "closed-that-day"
    await api.post(f"sites/{hub.site_id}/exceptions", staff, saturday)
    assert (
        await api.post("bookings", token, a_booking(room.resource_id, person, 9, day=4))
    ).status_code == 201


async def test_exceptions_that_cannot_be_are_refused_by_name(hub: Hub, api: Api) -> None:
    staff, path = api.token("hub-manager"), f"sites/{hub.site_id}/exceptions"
    past = {"day": "2035-03-04", "reason": "Hier", "openings": []}
    assert (await api.post(path, staff, past)).json()["code"] == "exception-past"
    twice = {"day": str(TUESDAY), "reason": "?", "openings": [{"opens": "09:00", "closes": "10:00"}] * 2}
    assert (await api.post(path, staff, twice)).json()["code"] == "hours-overlap"
    assert (await api.post(path, api.token("member"), past)).status_code == 403
    nowhere = await api.post(f"sites/{new_id()}/exceptions", staff, past)
    assert nowhere.status_code == 404


def test_an_exception_goes_before_the_week_of_all_and_among_exceptions_the_nearest_wins() -> None:
    room, site = new_id(), new_id()
    week = Hours(MONDAY, None, (Opening(1, "08:00", "12:00"),))
    off = Hours(MONDAY, TUESDAY, (), "Férié")
    late = Hours(MONDAY, TUESDAY, (Opening(1, "20:00", "22:00"),), "Concert")
    assert in_force({room: [week], site: [week, off]}, (room, site), MONDAY) is off
    assert in_force({room: [week, late], site: [off]}, (room, site), MONDAY) is late
    assert in_force({room: [week], site: [off]}, (room, site), TUESDAY) is week


def test_what_is_left_of_openings_meets_nothing_that_was_taken_out() -> None:
    opened = [Interval(at(8), at(12)), Interval(at(14), at(18))]
    assert without(opened, [Interval(at(10), at(15))]) == [Interval(at(8), at(10)), Interval(at(15), at(18))]
    assert without(opened, [Interval(at(9), at(10)), Interval(at(9.5), at(11))])[:2] == [
        Interval(at(8), at(9)),
        Interval(at(11), at(12)),
    ]
    assert without(opened, [Interval(at(0), at(24))]) == []
