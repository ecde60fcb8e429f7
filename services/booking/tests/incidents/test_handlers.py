"""What goes wrong at a machine: a note changes nothing, a broken one stops and is out of service."""

import pytest
from booking_builders import Api, Hub, at
from machine_builders import a_machine, a_maker, start, used_at

from booking.outages.model import OutOfService
from chassis.ids import new_id
from contracts.booking import MachineIncidentReported, ResourceTakenOutOfService, UsageStopped


async def test_a_note_is_told_and_the_use_goes_on_and_yet_a_broken_machine_stops(hub: Hub, api: Api) -> None:
    await hub.set_clock(at(9))
    machine, person = await a_machine(hub), await a_maker(hub)
    used = await start(hub, machine, person)
    body = {"incident_id": str(new_id()), "resource_id": str(machine.resource_id), "words": "Buse encrassée"}
    member = api.token("member", person)
    assert (await api.post("incidents", member, body)).status_code == 201
    assert (await used_at(hub, used)).state == "open"
    broken = {**body, "incident_id": str(new_id()), "severity": "broken"}
    assert (await api.post("incidents", member, broken)).status_code == 403, "staff say that it is broken"
    assert (await api.post("incidents", api.token("hub-manager"), broken)).status_code == 201
    reported = await hub.facts(MachineIncidentReported)
    assert [(each["severity"], each["usage_id"]) for each in reported] == [
        ("note", str(used.usage_id)),
        ("broken", str(used.usage_id)),
    ]
    (stopped,) = await hub.facts(UsageStopped)
    assert stopped["reason"] == "incident"
    assert len(await hub.facts(ResourceTakenOutOfService)) == 1
    with pytest.raises(OutOfService):
        await start(hub, machine, person)
