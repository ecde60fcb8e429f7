"""A company's seats are given to its own people, never more than there are, and settle as the plan says."""

import asyncio
from uuid import UUID

from life_builders import Life
from membership_builders import code

from chassis.ids import new_id
from chassis.outbox import Connection

SEATS = {"included": 2, "most": 4, "settled_days": 10}


async def company(life: Life, count: int, **more: object) -> tuple[UUID, UUID, list[UUID]]:
    """Let a company with people hold a plan with seats: membership, organisation, people."""
    organisation_id, plan_id = await life.people.organisation(), await life.people.plan(seats=SEATS)
    people = [await life.people.person(f"Personne {n}") for n in range(count)]
    for person_id in people:
        await life.people.affiliate(person_id, organisation_id)
    membership_id = await life.confirmed(plan_id, organisation_id, "organisation", **more)
    return membership_id, organisation_id, people


async def give(
    life: Life, membership_id: UUID, person_id: UUID, by: dict[str, str] | None = None
) -> tuple[int, str]:
    body = {"seat_id": str(new_id()), "person_id": str(person_id), "given_from": "2026-03-01"}
    answer = await life.people.post(f"memberships/{membership_id}/seats", by, **body)
    return answer.status_code, body["seat_id"] if answer.is_success else code(answer)


async def test_seats_are_told_and_the_company_gives_them_itself(life: Life) -> None:
    membership_id, _, (head, one) = await company(life, 2)
    (told,) = await life.told("MembershipConfirmed", membership_id)
    assert (told["seats"], told["extra_seats"]) == (2, 0)
    status, seat_id = await give(life, membership_id, one, life.people.myself(head))
    assert status == 200
    (given,) = await life.told("SeatGiven", membership_id)
    assert (given["seat_id"], given["person_id"], given["given_from"]) == (seat_id, str(one), "2026-03-01")
    stranger = life.people.myself(new_id())
    assert (await give(life, membership_id, one, stranger))[0] == 404
    assert await give(life, membership_id, one) == (409, "seated-already")
    outsider = await life.people.person("Hors")
    assert await give(life, membership_id, outsider) == (409, "seat-for-affiliated")


async def test_of_sixteen_rivals_for_two_seats_two_have_one(life: Life, admin: Connection) -> None:
    membership_id, _, people = await company(life, 16)
    answers = await asyncio.gather(*(give(life, membership_id, each) for each in people))
    assert sorted(status for status, _ in answers) == [200] * 2 + [409] * 14
    assert {what for status, what in answers if status == 409} == {"seats-all-given"}
    numbers = await admin.fetch("SELECT number FROM seats WHERE membership_id = $1", membership_id)
    assert sorted(row["number"] for row in numbers) == [1, 2]


async def test_a_seat_settles_then_moves_and_the_free_one_is_had_by_another(life: Life) -> None:
    membership_id, _, (one, two, three) = await company(life, 3)
    _, first = await give(life, membership_id, one)
    await give(life, membership_id, two)
    path = f"memberships/{membership_id}/seats/{first}/take"
    early = await life.people.post(path, taken_from="2026-03-05")
    assert (early.status_code, code(early)) == (409, "seat-settles")
    assert early.json()["values"]["earliest"] == "2026-03-11"
    await life.done(path, taken_from="2026-03-11")
    assert await give(life, membership_id, three) == (409, "seats-all-given")
    await life.on("2026-03-11")
    assert (await give(life, membership_id, three))[0] == 200
    (taken,) = await life.told("SeatTaken", membership_id)
    assert taken["taken_from"] == "2026-03-11"


async def test_more_seats_are_a_change_of_terms_and_fewer_than_are_given_are_refused(life: Life) -> None:
    membership_id, _, people = await company(life, 4, extra_seats=1)
    for each in people[:3]:
        assert (await give(life, membership_id, each))[0] == 200
    path = f"memberships/{membership_id}/change-plan"
    fewer = await life.people.post(path, extra_seats=0, when="at_once")
    assert (fewer.status_code, code(fewer)) == (409, "seats-still-given")
    too_many = await life.people.post(path, extra_seats=3, when="at_once")
    assert (too_many.status_code, code(too_many)) == (422, "seats-outside-plan")
    await life.done(path, extra_seats=2, when="at_once")
    (told,) = await life.told("MembershipPlanChanged", membership_id)
    assert (told["seats"], told["extra_seats"], told["reason"]) == (4, 2, "seats")
    assert (await give(life, membership_id, people[3]))[0] == 200


async def test_a_person_alone_holds_no_plan_with_seats(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(seats=SEATS)
    body = {"holder": {"person_id": str(person_id)}, "plan_id": str(plan_id), "audience": "nomad"}
    ids = {"membership_id": str(new_id()), "valid_from": "2026-03-01"}
    assert code(await life.people.post("memberships", **body, **ids)) == "seats-need-company"
