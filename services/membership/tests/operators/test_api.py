"""Operators and delegations over HTTP: what is entrusted to whom, and for whom their staff act."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from membership_builders import Api, a_grouping, a_town_of, code, events

from chassis.db import Database
from chassis.decisions import Grant, Principal
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.values import Identifier
from membership.operators.handlers import note_for_whom
from membership.operators.model import ActNotDelegated
from membership.organisations import store as organisations

SIREN_OF_OPERATOR = Identifier(scheme="siren", value="200043123", country="FR")


@dataclass
class Place:
    """An open territory with one site, and how its operators come to be."""

    api: Api
    database: Database
    siren: str
    site: str

    async def organisation(self, name: str = "La Mêlée") -> str:
        organisation_id = new_id()
        known = organisations.Organisation(organisation_id, name, name.lower(), "FR", "fr")
        async with self.database.tx(self.siren) as tx:
            await organisations.insert(tx, known, [SIREN_OF_OPERATOR] if name == "La Mêlée" else [])
        return str(organisation_id)

    async def operator(self, name: str = "La Mêlée") -> str:
        operator_id = str(new_id())
        answer = await self.registered(operator_id, await self.organisation(name))
        assert answer.status_code == 201, answer.text
        return operator_id

    async def registered(self, operator_id: str, organisation_id: str) -> httpx.Response:
        body = {"operator_id": operator_id, "organisation_id": organisation_id}
        return await self.post("operators", **body)

    async def granted(self, operator_id: str, *acts: str, **more: Any) -> httpx.Response:
        body: dict[str, Any] = {"delegation_id": str(new_id()), "operator_id": operator_id}
        body |= {"site_ids": [self.site]}
        body |= {"acts": acts or ["bookings", "memberships"], "valid_from": "2020-01-01"}
        return await self.post("delegations", **(body | more))

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.api.post(f"/v1/territories/{self.siren}/{path}", self.api.staff(self.siren), **body)

    async def get(self, path: str) -> list[dict[str, Any]]:
        answer = await self.api.get(f"/v1/territories/{self.siren}/{path}", self.api.staff(self.siren))
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
async def place(api: Api, database: Database) -> Place:
    """A territory that no other test uses, with a site."""
    siren = a_grouping()
    await api.open(siren)
    site = {"site_id": str(new_id()), "name": "Le 302", "address": "", "postcode": "11000"}
    url = f"/v1/territories/{siren}/sites"
    answer = await api.post(url, api.staff(siren), **site, town_code=a_town_of(siren))
    assert answer.status_code == 201, answer.text
    return Place(api, database, siren, site["site_id"])


async def test_an_organisation_of_the_territory_becomes_its_operator(place: Place, admin: Connection) -> None:
    operator_id = await place.operator()
    [told] = await events(admin, place.siren, "OperatorRegistered")
    assert (told["operator_id"], told["name"]) == (operator_id, "La Mêlée")
    assert told["identifier"] == SIREN_OF_OPERATOR.model_dump()
    [shown] = await place.get("operators")
    assert shown == told


async def test_only_an_organisation_that_the_territory_knows_becomes_operator(
    place: Place, api: Api, database: Database
) -> None:
    elsewhere = a_grouping()
    await api.open(elsewhere)
    foreign = await Place(api, database, elsewhere, "").organisation()
    answers = [await place.registered(str(new_id()), each) for each in (foreign, str(new_id()))]
    assert [(answer.status_code, code(answer)) for answer in answers] == [(404, "not-found")] * 2


async def test_an_organisation_is_an_operator_once(place: Place) -> None:
    organisation = await place.organisation("L'Étincelle")
    ids = [str(new_id()) for _ in range(3)]
    answers = await asyncio.gather(*(place.registered(each, organisation) for each in ids))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {code(answer) for answer in answers if answer.status_code == 409} == {
        "operator-already-registered"
    }
    [operator] = await place.get("operators")
    taken = await place.registered(operator["operator_id"], await place.organisation("Autre"))
    assert code(taken) == "id-reused"


async def test_two_operators_run_one_site_and_each_delegation_is_told(
    place: Place, admin: Connection
) -> None:
    la_melee = await place.operator()
    french_south = await place.operator("French South Digital")
    first = await place.granted(la_melee, "bookings", "prices", takings_of="territory", deed="Convention 4")
    second = await place.granted(french_south, "bookings", "persons")
    assert (first.status_code, second.status_code) == (201, 201), (first.text, second.text)
    told = await events(admin, place.siren, "DelegationGranted")
    assert [event["operator_name"] for event in told] == ["La Mêlée", "French South Digital"]
    assert [event["takings_of"] for event in told] == ["territory", None]
    assert told[0]["site_ids"] == [place.site]
    shown = await place.get("delegations")
    assert sorted(each["operator_name"] for each in shown) == ["French South Digital", "La Mêlée"]


async def test_one_act_is_not_delegated_twice_to_one_operator_within_the_same_days(place: Place) -> None:
    operator = await place.operator()
    assert (await place.granted(operator, "bookings", valid_until="2026-06-01")).status_code == 201
    twice = await place.granted(operator, "bookings", "persons", valid_from="2026-05-31")
    assert (twice.status_code, code(twice)) == (409, "act-already-delegated")
    assert (await place.granted(operator, "bookings", valid_from="2026-06-01")).status_code == 201
    assert (await place.granted(operator, "persons")).status_code == 201


async def test_the_takings_of_a_site_are_delegated_once(place: Place) -> None:
    operators = [await place.operator(), await place.operator("French South Digital")]
    answers = await asyncio.gather(
        *(place.granted(each, "prices", "invoices", takings_of="operator") for each in operators)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"takings-already-delegated"}
    assert len(await place.get("delegations")) == 1


async def test_what_is_delegated_concerns_sites_and_operators_of_the_territory(
    place: Place, api: Api, database: Database
) -> None:
    operator = await place.operator()
    unknown = await place.granted(operator, site_ids=[place.site, str(new_id())])
    assert (unknown.status_code, code(unknown)) == (404, "sites-unknown")
    elsewhere = a_grouping()
    await api.open(elsewhere)
    foreign = await Place(api, database, elsewhere, place.site).operator()
    for stranger in (foreign, str(new_id())):
        refused = await place.granted(stranger)
        assert (refused.status_code, code(refused)) == (404, "not-found")
    assert await Place(api, database, elsewhere, "").get("delegations") == []


async def test_a_delegation_ends_from_today_on_and_frees_its_acts(place: Place, admin: Connection) -> None:
    operator = await place.operator()
    delegation = (await place.granted(operator)).json()
    end = f"delegations/{delegation['delegation_id']}/end"
    async with place.database.tx(place.siren) as tx:
        today = (await tx.now()).date()
    past = await place.post(end, ended_on=(today - timedelta(days=2)).isoformat())
    assert (past.status_code, code(past)) == (409, "end-outside-delegation")
    on = (today + timedelta(days=2)).isoformat()
    over = await place.post(end, ended_on=on, reason="Fin de la convention")
    assert (over.status_code, over.json()["ended_on"]) == (200, on), over.text
    [told] = await events(admin, place.siren, "DelegationEnded")
    assert (told["ended_on"], told["reason"], told["site_ids"]) == (on, "Fin de la convention", [place.site])
    again = await place.post(end, ended_on=on)
    assert (again.status_code, code(again)) == (409, "delegation-already-ended")
    assert (await place.granted(operator, valid_from=on)).status_code == 201
    assert code(await place.post(f"delegations/{new_id()}/end", ended_on=on)) == "not-found"


async def test_a_delegation_that_never_began_covers_nothing(place: Place) -> None:
    operator = await place.operator()
    delegation = (await place.granted(operator, valid_from="2099-01-01")).json()
    end = f"delegations/{delegation['delegation_id']}/end"
    assert (await place.post(end, ended_on="2099-01-01")).status_code == 200
    assert (await place.granted(operator, valid_from="2099-01-01")).status_code == 201


async def test_for_whom_an_operators_staff_acted_is_noted(place: Place, admin: Connection) -> None:
    operator = await place.operator()
    delegation = (await place.granted(operator, "memberships")).json()
    site = UUID(place.site)
    staff = Principal(new_id(), (Grant(place.siren, "operator-staff", site, UUID(operator)),))
    async with place.database.tx(place.siren) as tx:
        await note_for_whom(tx, staff, site, "memberships")
    query = "SELECT object, reason FROM audit WHERE territory_id = $1 AND action = 'delegated:memberships'"
    assert [tuple(row) for row in await admin.fetch(query, place.siren)] == [
        (f"site/{site}", f"for operator/{operator} under delegation/{delegation['delegation_id']}")
    ]
    async with place.database.tx(place.siren) as tx:
        with pytest.raises(ActNotDelegated):
            await note_for_whom(tx, staff, site, "persons")
        with pytest.raises(NotFound):
            await note_for_whom(tx, staff, new_id(), "memberships")


async def test_who_acts_for_the_territory_itself_needs_no_delegation(place: Place, admin: Connection) -> None:
    site = UUID(place.site)
    manager = Principal(new_id(), (Grant(place.siren, "hub-manager", site),))
    elsewhere = Principal(new_id(), (Grant("200035715", "operator-staff", site, new_id()),))
    async with place.database.tx(place.siren) as tx:
        for principal in (manager, elsewhere):
            await note_for_whom(tx, principal, site, "memberships")
    query = "SELECT count(*) FROM audit WHERE territory_id = $1 AND action LIKE 'delegated:%'"
    assert await admin.fetchval(query, place.siren) == 0


@pytest.mark.parametrize("role", ["hub-manager", "operator-staff", "member", "finance"])
async def test_only_the_administrator_delegates(place: Place, role: str) -> None:
    operator = await place.operator()
    headers = place.api.staff(place.siren, role)  # type: ignore[arg-type]
    body = {"delegation_id": str(new_id()), "operator_id": operator}
    url = f"/v1/territories/{place.siren}/delegations"
    answer = await place.api.post(
        url, headers, **body, site_ids=[place.site], acts=["bookings"], valid_from="2026-03-01"
    )
    assert (answer.status_code, code(answer)) == (403, "forbidden")
