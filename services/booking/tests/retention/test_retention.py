"""Names of visitors and senders go when they served their time: what the dry run showed, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from booking_builders import NOW, Api, Hub, at, tell
from desk_builders import introduce
from forgotten_builders import answers, requested

from booking.retention.handlers import list_due, purge
from chassis.db import Tx
from chassis.decisions import Role
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.pages import Asked
from chassis.retention import Purge
from contracts.booking import BookingRetentionApplied
from contracts.values import PLATFORM

LATER = datetime(2036, 3, 7, 8, tzinfo=NOW.tzinfo)
"""A year and a day after what happened on Tuesday 6 March 2035."""
CUT_OFF = "2035-03-07"
STATEMENTS = 30
"""What a purge may send to the database at most, however much is due."""


async def a_host(hub: Hub, secrets_dir: Path) -> UUID:
    host = await hub.member()
    await introduce(hub, secrets_dir, host, "Anaïs", "Hermite")
    return host


async def visited(hub: Hub, api: Api, host: UUID, *acts: str, when: datetime | None = None) -> str:
    visit_id, staff = str(new_id()), api.token("hub-manager")
    said = {"visitor_name": "Noé d'Ailleurs", "expected_at": (when or at(9)).isoformat()}
    body = {"visit_id": visit_id, "host_id": str(host)} | said
    assert (await api.post(f"sites/{hub.site_id}/visits", staff, body)).status_code == 201
    for act in acts:
        assert (await api.post(f"visits/{visit_id}/{act}", staff, {})).status_code == 200
    return visit_id


async def parcel(hub: Hub, api: Api, host: UUID, *, handed_over: bool) -> str:
    delivery_id, staff = str(new_id()), api.token("hub-manager")
    body = {"delivery_id": delivery_id, "kind": "parcel", "sender": "Imprimerie d'Essai"}
    to = {"addressee": {"person_id": str(host)}}
    assert (await api.post(f"sites/{hub.site_id}/deliveries", staff, body | to)).status_code == 201
    if handed_over:
        by = {"handed_to": str(host)}
        assert (await api.post(f"deliveries/{delivery_id}/hand-over", staff, by)).status_code == 200
    return delivery_id


async def rule(api: Api) -> dict[str, Any]:
    [found] = (await api.get("retention", api.token("territory-administrator"))).json()["rules"]
    return dict(found)


async def due(api: Api, **asked: str) -> list[str]:
    answer = await api.get("retention/visits/due", api.token("territory-administrator"), **asked)
    return [each["id"] for each in answer.json()["items"]]


async def purged(api: Api, cut_off_on: str = CUT_OFF) -> dict[str, Any]:
    staff = api.token("territory-administrator")
    answer = await api.post("retention/visits/purge", staff, {"cut_off_on": cut_off_on})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def named(hub: Hub) -> int:
    return await hub.count(
        "SELECT (SELECT count(*) FROM visits WHERE visitor_name <> '')"
        " + (SELECT count(*) FROM deliveries WHERE sender IS NOT NULL)"
    )


async def test_the_purge_takes_what_the_dry_run_shows_and_leaves_what_is_a_day_younger_or_still_runs(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host = await a_host(hub, secrets_dir)
    await hub.set_clock(at(9))
    old = {
        await visited(hub, api, host, "arrive", "leave"),
        await visited(hub, api, host, "call-off"),
        await visited(hub, api, host),
        await parcel(hub, api, host, handed_over=True),
    }
    inside = await visited(hub, api, host, "arrive")
    waiting = await parcel(hub, api, host, handed_over=False)
    await hub.set_clock(at(9 + 24))
    younger = await visited(hub, api, host, "arrive", "leave", when=at(9 + 24))
    await hub.set_clock(LATER)
    shown = await rule(api)
    assert (shown["cut_off_on"], shown["due"], shown["held"]) == (CUT_OFF, 4, 2)
    assert set(await due(api)) == old
    done = await purged(api)
    assert (done["taken"], done["held"]) == (4, 2)
    staff = api.token("hub-manager")
    listed = await api.get(f"sites/{hub.site_id}/visits", staff, day="2035-03-06")
    names = {each["visit_id"]: each["visitor_name"] for each in listed.json()["items"]}
    assert {names.pop(each) for each in old & names.keys()} == {None}
    assert names == {inside: "Noé d'Ailleurs"}
    parcels = (await api.get(f"sites/{hub.site_id}/deliveries", staff)).json()["items"]
    assert [(each["delivery_id"], each["sender"]) for each in parcels] == [(waiting, "Imprimerie d'Essai")]
    assert await due(api) == []
    await hub.set_clock(LATER + timedelta(days=1))
    assert await due(api) == [younger], "and yet it is its turn on the next day"


async def test_a_purge_is_kept_and_told_and_a_second_one_does_nothing_more(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    await visited(hub, api, await a_host(hub, secrets_dir), "arrive", "leave")
    await hub.set_clock(LATER)
    done, again = await purged(api), await purged(api)
    assert (done["taken"], again["taken"]) == (1, 0)
    [told] = await hub.facts(BookingRetentionApplied)
    assert told == {name: done[name] for name in ("purge_id", "purpose", "cut_off_on", "taken", "held")} | {
        "applied_at": done["purged_at"]
    }
    kept = (await api.get("retention/purges", api.token("territory-administrator"))).json()["items"]
    assert kept == [done]


async def test_of_an_emptied_visit_nothing_more_becomes(hub: Hub, api: Api, secrets_dir: Path) -> None:
    visit_id = await visited(hub, api, await a_host(hub, secrets_dir))
    await hub.set_clock(LATER)
    await purged(api)
    late = await api.post(f"visits/{visit_id}/arrive", api.token("hub-manager"), {})
    assert (late.status_code, late.json()["code"]) == (409, "visit-not-possible-now")


async def test_the_list_of_what_is_due_is_paged_and_names_nobody(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host = await a_host(hub, secrets_dir)
    for _ in range(3):
        await visited(hub, api, host, "arrive", "leave")
    await hub.set_clock(LATER)
    async with hub.database.tx(hub.territory) as tx:
        first = await list_due(tx, Asked(limit=2), "visits")
        rest = await list_due(tx, Asked(limit=2, after=first.last), "visits")
    assert {str(each.id) for each in (*first.items, *rest.items)} == set(await due(api))
    assert (len(first.items), len(rest.items), rest.last) == (2, 1, None)
    answer = await api.get("retention/visits/due", api.token("territory-administrator"))
    assert {frozenset(each) for each in answer.json()["items"]} == {frozenset({"id", "what", "since"})}


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("retention/visits/purge", {"cut_off_on": "2035-03-08"}, (409, "cut-off-too-late")),
        ("retention/visits/months", {"months": 0}, (422, "months-out-of-bounds")),
        ("retention/visits/months", {"months": 37}, (422, "months-out-of-bounds")),
        ("retention/accounts/purge", {"cut_off_on": "2035-03-07"}, (404, "not-found")),
        ("retention/accounts/months", {"months": 12}, (404, "not-found")),
    ],
)
async def test_what_the_rule_does_not_allow_is_refused_by_name(
    hub: Hub, api: Api, path: str, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    await hub.set_clock(LATER)
    answer = await api.post(path, api.token("territory-administrator"), body)
    assert (answer.status_code, answer.json()["code"]) == refused


async def test_months_that_a_territory_sets_are_its_own(hub: Hub, other_hub: Hub, api: Api) -> None:
    staff = api.token("territory-administrator")
    await hub.set_clock(LATER)
    answer = await api.post("retention/visits/months", staff, {"months": 24})
    assert (answer.json()["months"], answer.json()["cut_off_on"]) == (24, "2034-03-07")
    late = await api.post("retention/visits/purge", staff, {"cut_off_on": CUT_OFF})
    assert late.json()["values"]["latest"] == "2034-03-07"
    found = await other_hub.count("SELECT count(*) FROM retention_months")
    assert (found, await hub.count("SELECT count(*) FROM retention_months")) == (0, 1)


@pytest.mark.parametrize("role", ["hub-manager", "operator-staff", "finance", "member", "platform-operator"])
async def test_the_administrator_alone_sees_and_purges(hub: Hub, api: Api, role: Role) -> None:
    other = api.token(role)
    for path in ("retention", "retention/visits/due", "retention/purges"):
        assert (await api.get(path, other)).status_code in (403, 404)
    for path, body in (("purge", {"cut_off_on": "2020-01-01"}), ("months", {"months": 12})):
        assert (await api.post(f"retention/visits/{path}", other, body)).status_code in (403, 404)


async def test_ten_thousand_rows_are_purged_in_a_few_statements(
    hub: Hub, api: Api, secrets_dir: Path
) -> None:
    host = await a_host(hub, secrets_dir)
    await hub.set_clock(LATER)
    async with hub.database.tx(hub.territory) as tx:
        await tx.execute(_TEN_THOUSAND, hub.territory, hub.site_id, host, at(9))
    sent: list[str] = []
    async with hub.database.tx(hub.territory) as tx:
        _count(tx, sent)
        done = await purge(tx, "visits", Purge(cut_off_on=LATER.date().replace(year=2035)), new_id())
    assert (done.taken, await named(hub)) == (10_000, 0)
    assert len(sent) <= STATEMENTS, sent


def _count(tx: Tx, sent: list[str]) -> None:
    """Note each statement that the transaction sends from now on."""
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        whole = getattr(tx, name)

        async def noted(sql: str, *args: object, whole: Any = whole) -> Any:
            sent.append(sql)
            return await whole(sql, *args)

        setattr(tx, name, noted)


async def test_who_was_here_lately_is_not_forgotten_by_a_rule_and_yet_may_ask_for_it(
    hub: Hub, admin: Connection
) -> None:
    person_id = await hub.member()
    await hub.book(await hub.room(), person_id, 9, 10)
    await hub.set_clock(at(11))
    asked = requested(hub, person_id)
    ruled = requested(hub, person_id).model_copy(update={"inactive_since": at(0).date()})
    before = requested(hub, person_id).model_copy(update={"inactive_since": at(24).date()})
    await tell(hub.database, PLATFORM, asked, ruled, before)
    held = {}
    for each in (asked, ruled, before):
        [answer] = await answers(admin, "BookingErasureChecked", each.erasure_id)
        held[each.erasure_id] = [hold["reason"] for hold in answer["holds"]]
    assert held == {asked.erasure_id: [], ruled.erasure_id: ["active-lately"], before.erasure_id: []}


_TEN_THOUSAND = """
INSERT INTO visits (territory_id, visit_id, site_id, host_id, visitor_name, expected_at, state)
SELECT $1, gen_random_uuid(), $2, $3, 'sealed.v1.x', $4, 'left' FROM generate_series(1, 10000)
"""
