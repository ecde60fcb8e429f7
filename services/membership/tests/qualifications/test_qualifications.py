"""A trainer of the class awards, renews and revokes; time and want of use end a qualification alone."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from membership_builders import code
from workshop_builders import TEST, Workshop

from chassis.decisions import Grant
from chassis.ids import new_id
from contracts.booking import UsageStopped
from contracts.values import Party


def a_use(person_id: UUID, class_id: UUID, stopped_at: str) -> UsageStopped:
    at = datetime.fromisoformat(stopped_at)
    return UsageStopped(
        usage_id=new_id(),
        resource_id=new_id(),
        resource_name="Imprimante 3D",
        site_id=new_id(),
        zone="Europe/Paris",
        machine_class_id=class_id,
        person_id=person_id,
        payer=Party(person_id=person_id),
        audience="nomad",
        started_at=at,
        stopped_at=at,
        minutes=0,
        reason="stopped",
    )


async def test_a_trainer_of_the_class_awards_and_nobody_else_does(workshop: Workshop) -> None:
    class_id, other_id = await workshop.machine_class(), await workshop.machine_class()
    by, person_id = await workshop.trainer(class_id), await workshop.people.person()
    one = await workshop.awarded(class_id, person_id, by)
    (told,) = await workshop.people.told("QualificationAwarded", one)
    assert (told["person_id"], told["machine_class_id"]) == (str(person_id), str(class_id))
    assert (told["level"], told["valid_from"], told["valid_until"]) == (1, "2026-03-01", "2028-03-01")
    assert told["evidence"]["test"] == TEST["test"]
    _, again = await workshop.award(class_id, person_id, by)
    assert (again.status_code, code(again)) == (409, "qualification-held")
    await workshop.awarded(class_id, person_id, by, level=2)
    _, third = await workshop.award(class_id, await workshop.people.person(), by, level=3)
    assert (third.status_code, code(third)) == (422, "level-unknown")
    _, elsewhere = await workshop.award(other_id, person_id, by)
    assert (elsewhere.status_code, code(elsewhere)) == (403, "not-trainer-of-class")
    manager = workshop.people.as_("hub-manager")
    _, managed = await workshop.award(class_id, await workshop.people.person(), manager)
    assert (managed.status_code, code(managed)) == (403, "not-trainer-of-class")
    _, unfounded = await workshop.award(class_id, await workshop.people.person(), by, evidence={})
    assert unfounded.status_code == 422
    _, unknown = await workshop.award(class_id, new_id(), by)
    assert unknown.status_code == 404


async def test_nobody_finds_themselves_able(workshop: Workshop) -> None:
    class_id = await workshop.machine_class()
    await workshop.trainer(class_id)
    trainers = await workshop.people.get(f"machine-classes/{class_id}/trainers")
    trainer_id = UUID(trainers.json()["items"][0]["person_id"])
    by = workshop.people.api.token(Grant(workshop.siren, "trainer"), person_id=trainer_id)
    _, answer = await workshop.award(class_id, trainer_id, by)
    assert (answer.status_code, code(answer)) == (403, "self-awarded")


async def test_of_eight_rival_awards_one_is_made(workshop: Workshop) -> None:
    class_id, person_id = await workshop.machine_class(), await workshop.people.person()
    by = await workshop.trainer(class_id)
    answers = await asyncio.gather(*(workshop.award(class_id, person_id, by) for _ in range(8)))
    assert sorted(answer.status_code for _, answer in answers) == [201] + [409] * 7
    assert len(await workshop.of(person_id)) == 1


async def test_a_person_sees_their_own_and_no_other_does(workshop: Workshop) -> None:
    class_id, person_id = await workshop.machine_class(), await workshop.people.person()
    await workshop.awarded(class_id, person_id, await workshop.trainer(class_id), level=2)
    (mine,) = await workshop.of(person_id)
    assert (mine["class_name"]["fr"], mine["level_name"]["fr"], mine["state"]) == (
        "Impression 3D",
        "Réglage",
        "held",
    )
    assert mine["lapses_on"] == "2026-09-01"
    stranger = workshop.people.myself(await workshop.people.person())
    path = f"persons/{person_id}/qualifications"
    assert (await workshop.people.get(path, stranger)).status_code == 404
    assert (await workshop.people.get("qualifications", stranger)).status_code == 403
    (listed,) = (await workshop.people.get(f"qualifications?machine_class_id={class_id}")).json()["items"]
    assert listed["given_name"] == "Zoé"


async def test_it_expires_on_its_day_and_a_renewal_holds_from_then_only(workshop: Workshop) -> None:
    class_id = await workshop.machine_class(valid_months=2, lapse_months=None)
    person_id, by = await workshop.people.person(), await workshop.trainer(class_id)
    one = await workshop.awarded(class_id, person_id, by)
    await workshop.life.on("2026-04-30")
    assert (await workshop.of(person_id))[0]["state"] == "held"
    await workshop.life.on("2026-05-01")
    (expired,) = await workshop.people.told("QualificationExpired", one)
    assert (expired["valid_until"], (await workshop.of(person_id))[0]["state"]) == ("2026-05-01", "expired")
    await workshop.life.on("2026-06-15")
    await workshop.life.done(f"qualifications/{one}/renew", by, evidence=TEST)
    (renewed,) = await workshop.people.told("QualificationRenewed", one)
    assert (renewed["valid_from"], renewed["valid_until"]) == ("2026-06-15", "2026-08-15")


async def test_a_renewal_in_time_goes_on_without_a_gap(workshop: Workshop) -> None:
    class_id = await workshop.machine_class(valid_months=2, lapse_months=None)
    person_id, by = await workshop.people.person(), await workshop.trainer(class_id)
    one = await workshop.awarded(class_id, person_id, by)
    await workshop.life.on("2026-04-20")
    await workshop.life.done(f"qualifications/{one}/renew", by, evidence={"session_id": str(new_id())})
    await workshop.life.on("2026-05-02")
    (shown,) = await workshop.of(person_id)
    assert (shown["valid_from"], shown["valid_until"], shown["state"]) == ("2026-03-01", "2026-06-20", "held")
    assert await workshop.people.told("QualificationExpired", one) == []


async def test_it_is_revoked_by_its_trainers_or_the_hub_for_good(workshop: Workshop) -> None:
    class_id, other_id = await workshop.machine_class(), await workshop.machine_class()
    person_id, by = await workshop.people.person(), await workshop.trainer(class_id)
    one = await workshop.awarded(class_id, person_id, by)
    path = f"qualifications/{one}/revoke"
    why: dict[str, Any] = {"reason": "Machine laissée sans surveillance"}
    stranger = await workshop.trainer(other_id)
    assert code(await workshop.people.post(path, stranger, **why)) == "not-trainer-of-class"
    await workshop.life.done(path, **why)
    (told,) = await workshop.people.told("QualificationRevoked", one)
    assert (told["valid_until"], told["reason"]) == ("2026-03-01", why["reason"])
    renewed = await workshop.people.post(f"qualifications/{one}/renew", by, evidence=TEST)
    assert code(renewed) == "qualification-revoked-already"
    assert code(await workshop.people.post(path, **why)) == "qualification-over"
    await workshop.awarded(class_id, person_id, by)


async def test_unused_it_lapses_and_used_it_does_not(workshop: Workshop) -> None:
    class_id = await workshop.machine_class()
    by, idle, busy = await workshop.trainer(class_id), *[await workshop.people.person() for _ in range(2)]
    unused, kept = [await workshop.awarded(class_id, each, by) for each in (idle, busy)]
    await workshop.life.on("2026-08-20")
    await workshop.hear(a_use(busy, class_id, "2026-08-19T22:30:00Z"))  # the 20th in Paris
    await workshop.life.on("2026-09-01")
    (told,) = await workshop.people.told("QualificationLapsed", unused)
    assert (told["valid_until"], told["last_used_on"]) == ("2026-09-01", "2026-03-01")
    assert await workshop.people.told("QualificationLapsed", kept) == []
    await workshop.life.on("2027-02-20")
    (later,) = await workshop.people.told("QualificationLapsed", kept)
    assert (later["valid_until"], later["last_used_on"]) == ("2027-02-20", "2026-08-20")


async def test_a_use_told_late_undoes_the_lapse_unless_another_stands_in_its_place(
    workshop: Workshop,
) -> None:
    class_id = await workshop.machine_class()
    by, one, two = await workshop.trainer(class_id), *[await workshop.people.person() for _ in range(2)]
    first, second = [await workshop.awarded(class_id, each, by) for each in (one, two)]
    await workshop.life.on("2026-09-03")
    await workshop.awarded(class_id, two, by)
    for person_id in (one, two):
        await workshop.hear(a_use(person_id, class_id, "2026-08-31T10:00:00Z"))
        await workshop.hear(a_use(person_id, class_id, "2026-09-02T10:00:00Z"))
    (told,) = await workshop.people.told("QualificationReinstated", first)
    assert (told["valid_until"], told["last_used_on"]) == ("2028-03-01", "2026-08-31")
    assert await workshop.people.told("QualificationReinstated", second) == []
    assert sorted(each["state"] for each in await workshop.of(two)) == ["held", "lapsed"]
