"""Parcels and letters: taken in, handed over to somebody or sent back, each once; found by who comes."""

from pathlib import Path
from typing import Any
from uuid import UUID

from booking_builders import NOW, Api, Hub, tell
from desk_builders import introduce

from chassis.ids import new_id
from contracts.booking import DeliveryHandedOver, DeliveryReceived, DeliveryReturned
from contracts.membership import PersonAffiliated


def parcel(**addressee: UUID) -> dict[str, Any]:
    return {
        "delivery_id": str(new_id()),
        "kind": "parcel",
        "addressee": {name: str(value) for name, value in addressee.items()},
        "sender": "Papeterie d'Aude",
    }


async def test_a_parcel_waits_until_somebody_takes_it(hub: Hub, api: Api, secrets_dir: Path) -> None:
    person, staff = await hub.member(), api.token("hub-manager")
    await introduce(hub, secrets_dir, person, "Anaïs", "Hermite")
    body, path = parcel(person_id=person), f"sites/{hub.site_id}/deliveries"
    assert (await api.post(path, staff, body)).status_code == 201
    assert (await api.post(path, staff, body)).status_code == 200, "once"
    (told,) = await hub.facts(DeliveryReceived)
    assert told["sender"].startswith("sealed.v1.")
    [waits] = (await api.get(path, staff, person_id=str(person))).json()["items"]
    assert (waits["addressee_name"], waits["sender"]) == ("Anaïs Hermite", "Papeterie d'Aude")
    [own] = (await api.get("deliveries/own", api.token("member", person))).json()["items"]
    assert own["delivery_id"] == body["delivery_id"]
    friend = new_id()
    await api.post(f"deliveries/{body['delivery_id']}/hand-over", staff, {"handed_to": str(friend)})
    (given,) = await hub.facts(DeliveryHandedOver)
    assert given["handed_to"] == str(friend)
    assert (await api.get(path, staff)).json() == {"items": []}
    again = await api.post(f"deliveries/{body['delivery_id']}/return", staff, {})
    assert (again.status_code, again.json()["code"]) == (409, "delivery-settled")


async def test_a_letter_to_a_company_waits_for_whoever_belongs_to_it(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    manager, person, organisation_id = new_id(), await hub.member(), new_id()
    await introduce(hub, secrets_dir, manager, "Inès", "d'Arnouze")
    staff, path = api.token("hub-manager", manager), f"sites/{hub.site_id}/deliveries"
    body = parcel(organisation_id=organisation_id) | {"kind": "letter"}
    assert (await api.post(path, staff, body)).status_code == 201
    assert (await api.get(path, staff, person_id=str(person))).json() == {"items": []}
    belongs = PersonAffiliated(
        affiliation_id=new_id(),
        person_id=person,
        organisation_id=organisation_id,
        role="employee",
        valid_from=NOW.date(),
    )
    await tell(hub.database, hub.territory, belongs)
    [waits] = (await api.get(path, staff, person_id=str(person))).json()["items"]
    assert waits["sender"] == "Papeterie d'Aude"
    assert (await api.post(f"deliveries/{body['delivery_id']}/return", staff, {})).status_code == 200
    assert len(await hub.facts(DeliveryReturned)) == 1


async def test_what_waits_for_others_is_staffs_to_see(hub: Hub, api: Api, secrets_dir: Path) -> None:
    member = api.token("member", await hub.member())
    path = f"sites/{hub.site_id}/deliveries"
    assert (await api.get(path, member)).status_code == 403
    assert (await api.post(path, member, parcel(person_id=new_id()))).status_code == 403
