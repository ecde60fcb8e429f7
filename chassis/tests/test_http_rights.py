"""Who may do what at the door, what the audit keeps of it, and what nobody learns."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from things import ME, POLICY, SOMEONE, Api, an_api, code

from chassis.commands import Act, Caller, Desk, Open
from chassis.db import Database, ScopeError, Tx
from chassis.decisions import Grant, Principal, Target
from chassis.errors import Unauthenticated
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.outbox import Connection as Admin


@pytest.fixture
async def api(database: Database, territory: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with an_api(database, territory, tmp_path) as api:
        yield api


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Bearer", "Bearer x", "x"])
async def test_without_a_good_token_the_answer_is_401(api: Api, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await api.get(f"{api.address}/{new_id()}", headers=headers)
    assert (answer.status_code, code(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_who_has_no_role_here_learns_nothing_of_what_exists(api: Api, other_territory: str) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    stranger = api.as_role("hub-manager", SOMEONE, other_territory)
    answers = [await api.get(f"{api.address}/{one}", headers=stranger) for one in (thing_id, new_id())]
    assert answers[0].content == answers[1].content
    assert (answers[0].status_code, code(answers[0])) == (403, "forbidden")
    assert answers[0].json()["values"]["roles"] == "hub manager, member", "who may is no secret"
    # Neither a key nor an id that another actor used shows itself.
    known = await api.create(thing_id, 2, api.as_role("member", SOMEONE))
    assert (known.status_code, known.json()["thing_id"]) == (201, str(thing_id))


async def test_what_belongs_to_others_looks_as_if_it_were_not_there(api: Api) -> None:
    thing_id, nothing = new_id(), new_id()
    await api.create(thing_id)
    member = api.as_role("member", SOMEONE)
    theirs, missing = [await api.get(f"{api.address}/{one}", headers=member) for one in (thing_id, nothing)]
    assert theirs.text.replace(str(thing_id), "") == missing.text.replace(str(nothing), "")
    assert (theirs.status_code, code(theirs)) == (404, "not-found")
    manager = await api.get(f"{api.address}/{thing_id}", headers=api.as_role("hub-manager", SOMEONE))
    assert manager.json() == {"thing_id": str(thing_id), "times": 0}


async def test_acts_of_staff_and_denials_of_those_with_a_role_are_audited(
    api: Api,
    admin: Admin,
    territory: str,
    other_territory: str,
) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    url = f"{api.address}/{thing_id}/touch"
    manager = api.as_role("hub-manager")
    for headers in (manager, manager, api.as_role("finance"), api.as_role("member", SOMEONE)):
        await api.post(url, json={"times": 1}, headers=headers)
    await api.post(url, json={"times": 1}, headers=api.as_role("hub-manager", where=other_territory))
    rows = await admin.fetch(
        "SELECT action, object, decision, reason FROM audit WHERE territory_id = $1 ORDER BY recorded_at",
        territory,
    )
    assert [tuple(row) for row in rows] == [
        ("thing:touch", f"thing/{thing_id}", "allowed", "hub-manager"),
        ("thing:touch", f"thing/{thing_id}", "denied", "role-lacks-action"),
        ("thing:touch", f"thing/{thing_id}", "denied", "not-own"),
    ]


async def test_a_denied_command_leaves_its_key_free(api: Api) -> None:
    thing_id = new_id()
    await api.create(thing_id)
    headers = api.as_role("member", SOMEONE)
    url = f"{api.address}/{thing_id}/touch"
    assert (await api.post(url, json={"times": 1}, headers=headers)).status_code == 404
    promoted = api.signer.sign(Principal(SOMEONE, (Grant(api.territory, "hub-manager"),)))
    headers["Authorization"] = f"Bearer {promoted}"
    assert (await api.post(url, json={"times": 1}, headers=headers)).status_code == 200


async def test_rights_in_another_territory_never_decide_here(
    database: Database, territory: str, other_territory: str
) -> None:
    grants = Grant(territory, "member"), Grant(other_territory, "hub-manager")
    caller = Caller(territory, Cause(new_id()), Principal(ME, grants))
    act = Act("thing:touch", "thing", "1", Target(other_territory))

    async def nothing(_tx: Tx) -> None:
        raise AssertionError

    with pytest.raises(ScopeError):
        await Desk(database, POLICY).read(caller, act, nothing)


async def test_an_open_act_needs_a_token_or_not_as_it_says(database: Database, territory: str) -> None:
    desk, stranger = Desk(database, {}), Caller(territory, Cause(new_id()))

    async def count(tx: Tx) -> int:
        found: int = await tx.fetchval("SELECT count(*) FROM journal")
        return found

    assert await desk.read(stranger, Open.ANYONE, count) == 0
    with pytest.raises(Unauthenticated):
        await desk.read(stranger, Open.SIGNED_IN, count)
    assert await desk.read(replace(stranger, principal=Principal(ME)), Open.SIGNED_IN, count) == 0
