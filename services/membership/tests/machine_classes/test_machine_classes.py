"""Classes of machines are defined by the hub, seen by all, and trained for by whom the hub appoints."""

from membership_builders import code
from people_builders import a_mail
from workshop_builders import CLASS, Workshop

from chassis.ids import new_id


async def test_a_class_is_defined_seen_by_anybody_and_changed_without_losing_a_level(
    workshop: Workshop,
) -> None:
    class_id = await workshop.machine_class()
    shown = await workshop.people.get(f"machine-classes/{class_id}", {})
    assert shown.json() == CLASS | {"machine_class_id": str(class_id)}
    path = f"machine-classes/{class_id}/change"
    more = [*CLASS["levels"], {"fr": "Formation", "en": "Training"}]
    await workshop.life.done(path, **(CLASS | {"levels": more, "lapse_months": None}))
    fewer = await workshop.people.post(path, **CLASS)
    assert (fewer.status_code, code(fewer)) == (422, "levels-taken")
    (told,) = await workshop.people.told("MachineClassChanged", class_id)
    assert (len(told["levels"]), told["lapse_months"]) == (3, None)


async def test_the_hub_appoints_who_can_train_and_dismisses_them(workshop: Workshop) -> None:
    class_id = await workshop.machine_class()
    path = f"machine-classes/{class_id}/trainers"
    visitor = await workshop.people.person("Visiteuse", mail=a_mail())
    body = {"person_id": str(visitor), "appointed_from": "2026-03-01"}
    assert code(await workshop.people.post(path, **body)) == "trainer-role-missing"
    by = await workshop.trainer(class_id)
    (listed,) = (await workshop.people.get(path)).json()["items"]
    assert (listed["given_name"], listed["appointed_from"]) == ("Thècle", "2026-03-01")
    again = {"person_id": listed["person_id"], "appointed_from": "2026-04-01"}
    assert code(await workshop.people.post(path, **again)) == "trainer-already"
    member = workshop.people.myself(visitor)
    assert (await workshop.people.post(path, member, **body)).status_code == 403
    ended = f"{path}/{listed['person_id']}/dismiss"
    await workshop.life.done(ended, dismissed_from="2026-03-01")
    assert code(await workshop.people.post(ended, dismissed_from="2026-03-01")) == "no-trainer"
    _, answer = await workshop.award(class_id, visitor, by)
    assert (answer.status_code, code(answer)) == (403, "not-trainer-of-class")
    told = [
        len(await workshop.people.told(kind, class_id)) for kind in ("TrainerAppointed", "TrainerDismissed")
    ]
    assert told == [1, 1]


async def test_two_territories_know_nothing_of_each_others_classes(
    workshop: Workshop, neighbour: Workshop
) -> None:
    class_id = await workshop.machine_class()
    assert (await neighbour.people.get(f"machine-classes/{class_id}", {})).status_code == 404
    assert (await neighbour.people.get("machine-classes", {})).json()["items"] == []
    unknown = {"person_id": str(new_id()), "appointed_from": "2026-03-01"}
    answer = await neighbour.people.post(f"machine-classes/{class_id}/trainers", **unknown)
    assert answer.status_code == 404
