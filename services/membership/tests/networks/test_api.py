"""Networks over HTTP: formed by the platform's operator, joined and left by each territory itself."""

import asyncio
from typing import Any

import httpx
from membership_builders import Api, a_grouping, code, events

from chassis.db import PLATFORM, Database
from chassis.ids import new_id
from chassis.outbox import Connection


async def an_open_territory(api: Api) -> str:
    siren = a_grouping()
    assert (await api.open(siren)).status_code == 201
    return siren


async def a_network(api: Api, *members: str, name: str = "Réseau des fablabs de l'Aisne") -> str:
    body = {"network_id": str(new_id()), "name": name, "kind": "territories", "formed_on": "2026-01-01"}
    answer = await api.post("/v1/platform/networks", api.operator(), **body, territory_ids=list(members))
    assert answer.status_code == 201, answer.text
    return str(body["network_id"])


async def joined(api: Api, network: str, siren: str, on: str = "2026-03-01") -> httpx.Response:
    url = f"/v1/territories/{siren}/networks/{network}/join"
    return await api.post(url, api.staff(siren), joined_on=on)


async def left(api: Api, network: str, siren: str, on: str) -> httpx.Response:
    url = f"/v1/territories/{siren}/networks/{network}/leave"
    return await api.post(url, api.staff(siren), left_on=on)


async def signed(api: Api, network: str, *parties: str, **more: Any) -> httpx.Response:
    body: dict[str, Any] = {"agreement_id": str(new_id()), "network_id": network, "kind": "directory"}
    body |= {"territory_ids": list(parties), "valid_from": "2026-03-01", **more}
    return await api.post("/v1/platform/sharing-agreements", api.operator(), **body)


async def of_network(admin: Connection, network: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in await events(admin, PLATFORM, kind) if event["network_id"] == network]


async def test_a_network_is_formed_joined_shared_and_left(api: Api, admin: Connection) -> None:
    first, second = await an_open_territory(api), await an_open_territory(api)
    network = await a_network(api, first)
    assert (await joined(api, network, second)).json() == {
        "territory_id": second,
        "joined_on": "2026-03-01",
        "left_on": None,
    }
    agreement = await signed(api, network, first, second)
    assert agreement.status_code == 201, agreement.text
    assert agreement.json()["territory_ids"] == sorted([first, second])

    bound = await left(api, network, second, "2026-09-01")
    assert (bound.status_code, code(bound)) == (409, "still-sharing")
    url = f"/v1/platform/sharing-agreements/{agreement.json()['agreement_id']}/end"
    ended = await api.post(url, api.operator(), ended_on="2026-09-01", reason="Fin de la convention")
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2026-09-01")
    assert (await left(api, network, second, "2026-09-01")).status_code == 200

    told = [
        (await of_network(admin, network, kind))[0]
        for kind in (
            "NetworkFormed",
            "NetworkMemberJoined",
            "SharingAgreementSigned",
            "SharingAgreementEnded",
            "NetworkMemberLeft",
        )
    ]
    assert told[0]["territory_ids"] == [first]
    assert told[1]["territory_id"] == told[4]["territory_id"] == second
    assert told[2]["kind"] == told[3]["kind"] == "directory"
    assert told[3]["reason"] == "Fin de la convention"

    shown = (await api.get(f"/v1/platform/networks/{network}", api.operator())).json()
    assert [(m["territory_id"], m["left_on"]) for m in shown["members"]] == [
        (first, None),
        (second, "2026-09-01"),
    ]
    assert [a["ended_on"] for a in shown["agreements"]] == ["2026-09-01"]


async def test_a_territory_sees_its_own_networks_and_no_others(api: Api) -> None:
    mine, other = await an_open_territory(api), await an_open_territory(api)
    network = await a_network(api, mine)
    await a_network(api, other)
    seen = await api.get(f"/v1/territories/{mine}/networks", api.staff(mine))
    assert [item["network_id"] for item in seen.json()["items"]] == [network]
    for url in ("/v1/platform/networks", f"/v1/platform/networks/{network}"):
        refused = await api.get(url, api.staff(mine))
        assert (refused.status_code, code(refused)) == (403, "forbidden")
    everything = await api.get("/v1/platform/networks", api.operator())
    assert len(everything.json()["items"]) >= 2


async def test_of_two_who_join_at_once_one_does_and_may_come_back_later(api: Api, admin: Connection) -> None:
    first, second = await an_open_territory(api), await an_open_territory(api)
    network = await a_network(api, first)
    answers = await asyncio.gather(*(joined(api, network, second) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"already-in-network"}
    assert len(await of_network(admin, network, "NetworkMemberJoined")) == 1
    assert (await left(api, network, second, "2026-04-01")).status_code == 200
    assert code(await joined(api, network, second, "2026-03-31")) == "already-in-network"
    assert (await joined(api, network, second, "2026-04-01")).status_code == 200


async def test_two_agreements_of_a_kind_do_not_overlap(api: Api) -> None:
    siren = await an_open_territory(api)
    network = await a_network(api, siren)
    assert (await signed(api, network, siren, valid_until="2026-06-01")).status_code == 201
    overlapping = await signed(api, network, siren, valid_from="2026-05-31")
    assert (overlapping.status_code, code(overlapping)) == (409, "already-shared")
    assert (await signed(api, network, siren, kind="catalogue")).status_code == 201
    assert (await signed(api, network, siren, valid_from="2026-06-01")).status_code == 201


async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    siren, network = await an_open_territory(api), str(new_id())
    answers = [
        await joined(api, network, siren),
        await left(api, network, siren, "2026-04-01"),
        await signed(api, network, siren),
        await api.get(f"/v1/platform/networks/{network}", api.operator()),
        await api.post(
            f"/v1/platform/sharing-agreements/{network}/end", api.operator(), ended_on="2026-09-01"
        ),
    ]
    assert [(answer.status_code, code(answer)) for answer in answers] == [(404, "not-found")] * 5


async def test_a_territory_that_is_not_open_is_in_no_network(api: Api) -> None:
    siren, closed = await an_open_territory(api), a_grouping()
    network = await a_network(api, siren)
    refused = await joined(api, network, closed)
    assert (refused.status_code, code(refused)) == (409, "members-not-open")
    assert refused.json()["values"] == {"territory_ids": closed}


async def test_an_id_used_by_somebody_else_is_refused(api: Api) -> None:
    siren = await an_open_territory(api)
    network = await a_network(api, siren)
    body = {"network_id": network, "name": "Autre", "kind": "territories", "formed_on": "2026-01-01"}
    again = await api.post("/v1/platform/networks", api.operator(), **body, territory_ids=[siren])
    assert (again.status_code, code(again)) == (422, "id-reused")
    agreement = (await signed(api, network, siren)).json()["agreement_id"]
    taken = await signed(api, network, siren, agreement_id=agreement, kind="lead")
    assert (taken.status_code, code(taken)) == (422, "id-reused")


async def test_a_body_that_is_no_grouping_is_a_network_without_members(api: Api, admin: Connection) -> None:
    body = {"network_id": str(new_id()), "name": "Agence d'innovation", "kind": "agency"}
    agency = {"scheme": "siren", "value": "180036048", "country": "FR"}
    answer = await api.post(
        "/v1/platform/networks", api.operator(), **body, body=agency, formed_on="2026-01-01"
    )
    assert (answer.status_code, answer.json()["body"]) == (201, agency)
    [told] = await of_network(admin, body["network_id"], "NetworkFormed")
    assert (told["body"], told["territory_ids"]) == (agency, [])


async def test_no_territory_reads_the_rows_of_networks(api: Api, database: Database) -> None:
    siren = await an_open_territory(api)
    network = await a_network(api, siren)
    await signed(api, network, siren)
    async with database.tx(siren) as tx:
        for table in ("networks", "network_members", "sharing_agreements"):
            assert await tx.fetchval(f"SELECT count(*) FROM {table}") == 0
    async with database.tx(PLATFORM) as tx:
        for table in ("networks", "network_members", "sharing_agreements"):
            assert await tx.fetchval(f"SELECT count(*) FROM {table}") > 0
