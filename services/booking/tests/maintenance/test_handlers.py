"""Maintenance on a real database: due by hours and months, what that keeps from starting, and the cure."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from booking_builders import NOW, Api, Hub, at, tell
from desk_builders import introduce
from forgotten_builders import erased
from machine_builders import a_machine, a_maker, start, stop

from booking.maintenance.model import MaintenanceDue
from booking.resources.handlers import ResourceView
from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.booking import MaintenanceDone, MaintenanceRuleRetired, MaintenanceRuleSet
from contracts.values import PLATFORM

OPTICS, NOTE = "Nettoyage de l’optique", "Lentille d’Éloïse remplacée"


@pytest.fixture(autouse=True)
async def morning(hub: Hub) -> None:
    """It is Tuesday 6 March, 09:00 UTC: the site is open until 19:00 UTC."""
    await hub.set_clock(at(9))


async def a_rule(api: Api, machine: ResourceView, **said: Any) -> UUID:
    """Have the staff set a rule: every hour of use, and it blocks."""
    body = {"rule_id": str(new_id()), "resource_id": str(machine.resource_id), "name": OPTICS}
    counted = {"every_hours": 1, "blocks": True, **said}
    answer = await api.post("maintenance-rules", api.token("hub-manager"), body | counted)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["rule_id"])


async def done(api: Api, rule_id: UUID, token: str = "", **said: Any) -> tuple[int, dict[str, Any]]:
    body = {"maintenance_id": str(new_id()), "rule_id": str(rule_id), "note": NOTE, **said}
    answer = await api.post("maintenances", token or api.token("hub-manager"), body)
    return answer.status_code, answer.json()


async def standing(api: Api, hub: Hub) -> list[tuple[str, int]]:
    """How the site's rules stand, with the minutes that were used."""
    listed = await api.get(f"sites/{hub.site_id}/maintenance-rules", api.token("hub-manager"))
    return [(each["state"], each["minutes"]) for each in listed.json()["items"]]


async def used(hub: Hub, machine: ResourceView, person: UUID, minutes: int) -> None:
    """Have somebody use the machine for so long, by its own clock."""
    usage = await start(hub, machine, person)
    await hub.set_clock(usage.started_at + timedelta(minutes=minutes))
    await stop(hub, usage, stopped_at=usage.started_at + timedelta(minutes=minutes))


async def test_hours_of_use_come_due_keep_the_machine_from_starting_and_recording_it_is_the_cure(
    hub: Hub, api: Api
) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    rule_id = await a_rule(api, machine)
    await used(hub, machine, person, 47)
    assert await standing(api, hub) == [("fine", 47)]
    await used(hub, machine, person, 1)
    assert await standing(api, hub) == [("soon", 48)]
    await used(hub, machine, person, 12)
    assert await standing(api, hub) == [("due", 60)]
    with pytest.raises(MaintenanceDue) as refused:
        await start(hub, machine, person)
    assert refused.value.values == {"resource": machine.name, "rule": OPTICS, "since": "2035-03-06"}
    assert (await done(api, rule_id))[0] == 201
    assert await standing(api, hub) == [("fine", 0)]
    await start(hub, machine, person)
    (ruled,), (told,) = await hub.facts(MaintenanceRuleSet), await hub.facts(MaintenanceDone)
    assert (ruled["rule_id"], ruled["every_hours"], ruled["blocks"]) == (str(rule_id), 1, True)
    assert told["rule_id"] == str(rule_id)
    assert not {"note", "done_by"} & set(told), "who did it and their words stay here"


async def test_a_use_that_goes_on_and_what_was_used_before_do_not_count(hub: Hub, api: Api) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    await used(hub, machine, person, 90)
    await a_rule(api, machine)
    await used(hub, await a_machine(hub, "Fraiseuse"), person, 90)
    await start(hub, machine, person)
    assert await standing(api, hub) == [("fine", 0)]


async def test_months_come_due_on_their_day_and_what_does_not_block_is_started_all_the_same(
    hub: Hub, api: Api
) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    rule_id = await a_rule(api, machine, every_hours=None, every_months=2, blocks=False)
    status, ref = await done(api, rule_id, done_at="2035-01-31T10:00:00Z")
    assert (status, ref["done_at"]) == (201, "2035-01-31T10:00:00Z"), "done before the rule was set"
    [rule] = (await api.get(f"sites/{hub.site_id}/maintenance-rules", api.token("hub-manager"))).json()[
        "items"
    ]
    assert (rule["due_on"], rule["state"], rule["due_since"]) == ("2035-03-31", "fine", None)
    await hub.set_clock(at(9) + timedelta(days=11))
    assert await standing(api, hub) == [("soon", 0)]
    await hub.set_clock(at(9) + timedelta(days=27))
    assert await standing(api, hub) == [("due", 0)]
    await start(hub, machine, person)


async def test_a_member_reads_why_a_machine_is_blocked_and_how_it_is_cured(hub: Hub, api: Api) -> None:
    machine, person = await a_machine(hub), await a_maker(hub)
    rule_id = await a_rule(api, machine, every_months=1)
    member = api.token("member", person)
    await done(api, rule_id, done_at="2035-02-01T09:00:00Z")
    [shown] = (await api.get("machines/own", member)).json()["items"]
    assert shown["lack"]["code"] == "maintenance-due"
    assert "01/03/2035" in shown["lack"]["fr"]
    assert "personnel" in shown["lack"]["cure_fr"]
    body = {"usage_id": str(new_id()), "resource_id": str(machine.resource_id), "person_id": str(person)}
    refused = await api.post("usages", member, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "maintenance-due")
    await done(api, rule_id)
    [shown] = (await api.get("machines/own", member)).json()["items"]
    assert shown["lack"] is None


@pytest.mark.usefixtures("secrets_dir")
async def test_no_permission_is_signed_for_a_machine_that_waits_and_those_that_stood_are_revoked(
    hub: Hub, api: Api
) -> None:
    machine, person, staff = await a_machine(hub), await a_maker(hub), api.token("hub-manager")
    site = {"site_id": str(hub.site_id)}
    controller = {"controller_id": str(new_id()), "name": "Atelier", **site}
    token = (await api.post("controllers", staff, controller)).json()["token"]
    badge = {"badge_id": str(new_id()), "person_id": str(person), "code": "04A1", **site}
    assert (await api.post("badges", staff, badge)).status_code == 201

    async def fetched() -> tuple[int, int]:
        answer = await api.post("controlled/permissions", staff, {}, **{"Maillage-Controller": token})
        return len(answer.json()["permissions"]), len(answer.json()["revoked"])

    assert await fetched() == (1, 0)
    rule_id = await a_rule(api, machine)
    assert await fetched() == (1, 0), "nothing is due yet"
    await used(hub, machine, person, 60)
    assert await fetched() == (0, 1)
    await done(api, rule_id)
    assert await fetched() == (1, 1)


async def test_what_was_done_is_kept_newest_first_with_who_did_it(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    machine, technician = await a_machine(hub), new_id()
    await introduce(hub, secrets_dir, technician, "Éloïse", "L’Établi")
    rule_id = await a_rule(api, machine)
    staff = api.token("hub-manager", technician)
    await done(api, rule_id, staff, note="Première fois")
    await hub.set_clock(at(10))
    await done(api, rule_id, staff)
    path = f"sites/{hub.site_id}/maintenances"
    listed = (await api.get(path, staff)).json()["items"]
    assert [each["note"] for each in listed] == [NOTE, "Première fois"]
    assert {(each["done_by_name"], each["resource_name"]) for each in listed} == {
        ("Éloïse L’Établi", machine.name)
    }
    other = await a_machine(hub, "Fraiseuse")
    assert (await api.get(path, staff, resource_id=str(other.resource_id))).json()["items"] == []


async def test_a_retired_rule_holds_nobody_up_and_takes_no_more(hub: Hub, api: Api) -> None:
    machine, person, staff = await a_machine(hub), await a_maker(hub), api.token("hub-manager")
    rule_id = await a_rule(api, machine)
    await used(hub, machine, person, 60)
    assert (await api.post(f"maintenance-rules/{rule_id}/retire", staff, {})).status_code == 200
    assert await standing(api, hub) == []
    await start(hub, machine, person)
    status, refusal = await done(api, rule_id)
    assert (status, refusal["code"]) == (409, "maintenance-rule-over")
    again = await api.post(f"maintenance-rules/{rule_id}/retire", staff, {})
    assert again.json()["code"] == "maintenance-rule-over"
    assert len(await hub.facts(MaintenanceRuleRetired)) == 1


async def test_what_counts_nothing_is_no_machine_or_is_to_come_is_refused(hub: Hub, api: Api) -> None:
    staff, equipment = api.token("hub-manager"), await hub.room("Écran", kind="equipment")
    body = {"rule_id": str(new_id()), "resource_id": str(equipment.resource_id), "name": OPTICS}
    assert (await api.post("maintenance-rules", staff, body)).status_code == 422
    answer = await api.post("maintenance-rules", staff, body | {"every_months": 1})
    assert answer.json()["code"] == "no-machine"
    rule_id = await a_rule(api, await a_machine(hub))
    status, refusal = await done(api, rule_id, done_at=(NOW + timedelta(days=40)).isoformat())
    assert (status, refusal["code"]) == (422, "maintenance-to-come")
    assert (await done(api, new_id()))[0] == 404


async def test_only_the_staff_set_rules_see_what_is_due_and_record_it(hub: Hub, api: Api) -> None:
    machine = await a_machine(hub)
    rule_id = await a_rule(api, machine)
    for token in (api.token("member"), api.token("trainer"), api.token("hub-manager", site_id=new_id())):
        body = {"rule_id": str(new_id()), "resource_id": str(machine.resource_id), "name": OPTICS}
        tried = await api.post("maintenance-rules", token, body | {"every_months": 1})
        assert tried.status_code == 403
        assert (await done(api, rule_id, token))[0] == 403
        assert (await api.post(f"maintenance-rules/{rule_id}/retire", token, {})).status_code == 403
        for path in ("maintenance-rules", "maintenances"):
            assert (await api.get(f"sites/{hub.site_id}/{path}", token)).status_code == 403


async def test_the_words_of_who_is_forgotten_are_emptied_and_the_fact_stays(
    hub: Hub, api: Api, admin: Connection, secrets_dir: Path, worker_database: Database
) -> None:
    technician = new_id()
    await introduce(hub, secrets_dir, technician, "Éloïse", "L’Établi")
    rule_id = await a_rule(api, await a_machine(hub))
    await done(api, rule_id, api.token("hub-manager", technician))
    await tell(worker_database, PLATFORM, erased(hub, technician))
    kept = await admin.fetch("SELECT note FROM maintenances WHERE done_by = $1", technician)
    assert [row["note"] for row in kept] == [""]
