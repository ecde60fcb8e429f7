"""A territory recognises another's qualifications by agreement: they follow what becomes of them there."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import httpx
from membership_builders import code
from people_builders import WAITING
from workshop_builders import TEST, Workshop

from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import eventually
from contracts.membership import QualificationRevoked
from membership.recognitions import handlers
from membership.recognitions.handlers import AgreeRecognition

NETWORK = {"name": "Réseau des fablabs de l'Aisne", "kind": "territories", "formed_on": "2026-01-01"}


async def shared(home: Workshop, host: Workshop, **more: Any) -> str:
    """Let the network of both share qualifications from 1 March 2026 on; return the agreement."""
    api, sirens = home.people.api, [home.siren, host.siren]
    network_id, agreement_id = str(new_id()), str(new_id())
    formed = await api.post(
        "/v1/platform/networks", api.operator(), network_id=network_id, territory_ids=sirens, **NETWORK
    )
    assert formed.status_code == 201, formed.text
    body = {"network_id": network_id, "kind": "qualification", "territory_ids": sirens} | more
    ids = {"agreement_id": agreement_id, "valid_from": "2026-03-01"}
    signed = await api.post("/v1/platform/sharing-agreements", api.operator(), **ids, **body)
    assert signed.status_code == 201, signed.text
    return agreement_id


async def agree(
    host: Workshop, home: Workshop, classes: tuple[UUID, UUID], **more: Any
) -> tuple[UUID, httpx.Response]:
    """Ask to recognise a class of `home` as one of `host`'s: (theirs, ours)."""
    recognition_id = new_id()
    body = {"home_machine_class_id": str(classes[0]), "machine_class_id": str(classes[1])}
    ids = {"recognition_id": str(recognition_id), "home_territory_id": home.siren, "valid_from": "2026-03-01"}
    return recognition_id, await host.people.post("recognitions", **(body | ids | more))


async def agreed(host: Workshop, home: Workshop, classes: tuple[UUID, UUID], **more: Any) -> UUID:
    recognition_id, answer = await agree(host, home, classes, **more)
    assert answer.status_code == 201, answer.text
    return recognition_id


async def known_in_both(home: Workshop, host: Workshop) -> UUID:
    """Somebody registered at home who has asked the host to know them too."""
    person_id = await home.people.person("Élodie")
    joined = await host.people.post("join", host.people.myself(person_id))
    assert joined.status_code == 200, joined.text
    return person_id


async def here(host: Workshop) -> list[dict[str, Any]]:
    """What stands in the host's own list."""
    items: list[dict[str, Any]] = (await host.people.get("qualifications")).json()["items"]
    return items


async def two_classes(workshop: Workshop, neighbour: Workshop) -> tuple[UUID, UUID]:
    return await workshop.machine_class(), await neighbour.machine_class()


async def test_what_holds_at_home_holds_at_the_neighbours_from_the_agreement_on(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    by, person_id = await workshop.trainer(classes[0]), await known_in_both(workshop, neighbour)
    await workshop.awarded(classes[0], person_id, by, level=2)
    await shared(workshop, neighbour)
    until = "2027-03-01"
    recognition_id = await agreed(neighbour, workshop, classes, valid_from="2026-03-10", valid_until=until)
    (mine,) = await neighbour.of(person_id)
    assert (mine["home_territory_id"], mine["machine_class_id"]) == (workshop.siren, str(classes[1]))
    assert (mine["valid_from"], mine["valid_until"], mine["level"]) == ("2026-03-10", until, 1)
    assert mine["state"] == "coming"
    (told,) = await neighbour.people.told("QualificationRecognised", mine["qualification_id"])
    assert (told["person_id"], told["recognition_id"]) == (str(person_id), str(recognition_id))
    (agreement,) = await neighbour.people.told("RecognitionAgreed", recognition_id)
    assert agreement["home_machine_class_id"] == str(classes[0])
    assert [each["home_territory_id"] for each in await workshop.of(person_id)] == [None]


async def test_what_is_awarded_later_crosses_and_follows_what_becomes_of_it(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    by = await workshop.trainer(classes[0])
    await shared(workshop, neighbour)
    await agreed(neighbour, workshop, classes, highest_level=2)
    person_id = await known_in_both(workshop, neighbour)
    one = await workshop.awarded(classes[0], person_id, by, level=2)
    await workshop.hear_own()
    await workshop.hear_own()
    (mine,) = await neighbour.of(person_id)
    assert (mine["state"], mine["level"], mine["valid_until"]) == ("held", 2, "2028-03-01")
    await workshop.life.on("2026-04-01")
    await neighbour.life.on("2026-04-01")
    await workshop.life.done(f"qualifications/{one}/renew", by, evidence=TEST)
    await workshop.hear_own()
    assert (await neighbour.of(person_id))[0]["valid_until"] == "2028-04-01"
    await workshop.life.done(f"qualifications/{one}/revoke", reason="Sécurité")
    await workshop.hear_own()
    (gone,) = await neighbour.of(person_id)
    assert (gone["state"], gone["valid_until"]) == ("revoked", "2026-04-01")
    assert "Sécurité" not in str(gone)
    told = [
        len(await neighbour.people.told(kind, gone["qualification_id"]))
        for kind in ("QualificationRecognised", "QualificationRevoked")
    ]
    assert told == [2, 1]


async def test_it_ends_with_the_agreement_and_nothing_crosses_afterwards(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    by, person_id = await workshop.trainer(classes[0]), await known_in_both(workshop, neighbour)
    await workshop.awarded(classes[0], person_id, by)
    await shared(workshop, neighbour)
    await agreed(neighbour, workshop, classes, valid_until="2026-05-01")
    await neighbour.life.on("2026-05-01")
    (mine,) = await neighbour.of(person_id)
    (told,) = await neighbour.people.told("QualificationExpired", mine["qualification_id"])
    assert (mine["state"], told["valid_until"]) == ("expired", "2026-05-01")
    assert (await workshop.of(person_id))[0]["state"] == "held"
    await workshop.awarded(classes[0], await workshop.people.person(), by)
    await workshop.hear_own()
    assert len(await here(neighbour)) == 1
    await agreed(neighbour, workshop, classes, valid_from="2026-05-01")
    assert sorted(each["state"] for each in await neighbour.of(person_id)) == ["expired", "held"]


async def test_ended_early_by_either_agreement_it_ends_on_that_day(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    by, person_id = await workshop.trainer(classes[0]), await known_in_both(workshop, neighbour)
    await workshop.awarded(classes[0], person_id, by)
    agreement_id = await shared(workshop, neighbour)
    first = await agreed(neighbour, workshop, classes)
    await neighbour.life.done(f"recognitions/{first}/end", ended_on="2026-03-01")
    assert [each["state"] for each in await neighbour.of(person_id)] == ["expired"]
    over = await neighbour.people.post(f"recognitions/{first}/end", ended_on="2026-03-01")
    assert code(over) == "recognition-over"
    second = await agreed(neighbour, workshop, classes)
    api = workshop.people.api
    ended = await api.post(
        f"/v1/platform/sharing-agreements/{agreement_id}/end", api.operator(), ended_on="2026-03-20"
    )
    assert ended.status_code == 200, ended.text
    await workshop.hear_own()
    told = [(await neighbour.people.told("RecognitionEnded", each))[0] for each in (first, second)]
    assert [(each["ended_on"], each["reason"]) for each in told] == [
        ("2026-03-01", "asked"),
        ("2026-03-20", "sharing_ended"),
    ]
    held = [each for each in await neighbour.of(person_id) if each["state"] == "held"]
    assert [each["valid_until"] for each in held] == ["2026-03-20"]


async def test_without_an_agreement_of_their_network_nothing_is_recognised(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    _, alone = await agree(neighbour, workshop, classes)
    assert (alone.status_code, code(alone)) == (409, "qualifications-not-shared")
    assert (await neighbour.people.get("partner-machine-classes")).json()["items"] == []
    await shared(workshop, neighbour, valid_until="2026-06-01")
    _, beyond = await agree(neighbour, workshop, classes, valid_until="2026-07-01")
    assert code(beyond) == "qualifications-not-shared"
    _, early = await agree(neighbour, workshop, classes, valid_from="2026-02-28")
    assert code(early) == "recognition-in-the-past"
    _, itself = await agree(neighbour, neighbour, classes)
    assert code(itself) == "recognition-refused"
    _, unknown = await agree(neighbour, workshop, (new_id(), classes[1]))
    assert unknown.status_code == 404
    (offered,) = (await neighbour.people.get("partner-machine-classes")).json()["items"]
    assert (offered["territory_id"], offered["machine_class_id"]) == (workshop.siren, str(classes[0]))
    recognition_id, answer = await agree(neighbour, workshop, classes)
    assert answer.json()["valid_until"] == "2026-06-01"
    _, twice = await agree(neighbour, workshop, classes)
    assert (twice.status_code, code(twice)) == (409, "recognised-already")
    for each in (workshop, neighbour):
        (listed,) = (await each.people.get("recognitions")).json()["items"]
        assert listed["recognition_id"] == str(recognition_id)
    by_home = await workshop.people.post(f"recognitions/{recognition_id}/end", ended_on="2026-04-01")
    assert by_home.status_code == 404


async def test_what_is_recognised_goes_no_further_and_is_renewed_at_home_only(
    workshop: Workshop, neighbour: Workshop
) -> None:
    classes = await two_classes(workshop, neighbour)
    by, person_id = await workshop.trainer(classes[0]), await known_in_both(workshop, neighbour)
    await workshop.awarded(classes[0], person_id, by)
    await shared(workshop, neighbour)
    await agreed(neighbour, workshop, classes)
    await agreed(workshop, neighbour, (classes[1], classes[0]))  # and the other way round
    await neighbour.hear_own()
    assert len(await here(workshop)) == 1
    (mine,) = await neighbour.of(person_id)
    theirs = await neighbour.trainer(classes[1])
    path = f"qualifications/{mine['qualification_id']}/renew"
    assert code(await neighbour.people.post(path, theirs, evidence=TEST)) == "awarded-elsewhere"


async def test_a_revocation_beside_the_signing_is_not_lost(
    workshop: Workshop, neighbour: Workshop, database: Database, admin: Connection
) -> None:
    classes = await two_classes(workshop, neighbour)
    by, person_id = await workshop.trainer(classes[0]), await known_in_both(workshop, neighbour)
    await shared(workshop, neighbour)
    one = await workshop.awarded(classes[0], person_id, by)
    wanted = AgreeRecognition(
        recognition_id=new_id(),
        home_territory_id=workshop.siren,
        home_machine_class_id=classes[0],
        machine_class_id=classes[1],
        valid_from=date(2026, 3, 1),
    )
    async with database.tx(neighbour.siren) as tx:
        await handlers.agree(tx, wanted)
        await workshop.life.done(f"qualifications/{one}/revoke", by, reason="Sécurité")
        (told,) = await workshop.people.told("QualificationRevoked", one)
        heard = asyncio.create_task(workshop.hear(QualificationRevoked.model_validate(told)))

        async def waits() -> bool:
            return heard.done() or bool(await admin.fetchval(WAITING))

        await eventually(waits)
    await heard
    assert [each["state"] for each in await neighbour.of(person_id)] == ["revoked"]
