"""The feed by page: two territories, agreements, keys, cursors."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from feed_builders import Partner, a_partner, some_bookings
from notifications_builders import Api, Voice, a_fact, code

from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import new_territory
from chassis.timers import Timer
from contracts.billing import ChargePriced, InvoiceSealed
from contracts.booking import BookingConfirmed
from contracts.membership import RoleGranted
from notifications.feed import handlers
from notifications.feed.consumer import feed

BOOKINGS: Mapping[str, Any] = {"topics": ["booking.bookings.v1"]}


async def test_a_partner_reads_its_territory_its_types_and_nothing_else(
    api: Api, voice: Voice, territory: str, other_territory: str
) -> None:
    person_id = new_id()
    own = await some_bookings(voice, territory, 3, person_id=person_id)
    foreign = await some_bookings(voice, other_territory, 3)
    await voice.tell(feed, territory, a_fact(ChargePriced), a_fact(RoleGranted))
    for siren, expected in ((territory, own), (other_territory, foreign)):
        partner = await a_partner(api, siren, **BOOKINGS)
        answer = await partner.read()
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        events = [JSONFormat().read(CloudEvent, json.dumps(each)) for each in answer.json()]
        assert [UUID(each.get_id()) for each in events] == expected
        assert {each.get_extension("territoryid") for each in events} == {siren}
        assert str(person_id) not in answer.text
        assert not [each for each in events if "actorid" in each.get_attributes()]


async def test_pseudonyms_travel_where_the_agreement_includes_them(
    api: Api, voice: Voice, territory: str
) -> None:
    person_id = new_id()
    await some_bookings(voice, territory, 1, person_id=person_id)
    partner = await a_partner(api, territory, pseudonyms=True, **BOOKINGS)
    [event] = (await partner.read()).json()
    assert event["data"]["person_id"] == str(person_id)
    assert "actorid" in event


async def test_pages_follow_each_other_without_gap_or_repeat(api: Api, voice: Voice, territory: str) -> None:
    expected = await some_bookings(voice, territory, 7)
    await voice.tell(feed, territory, a_fact(ChargePriced))
    partner = await a_partner(api, territory, **BOOKINGS)
    seen, url = [], f"{partner.url}?limit=3"
    for _ in range(4):
        answer = await api.get(url, partner.headers)
        seen.append([UUID(event["id"]) for event in answer.json()])
        url = answer.links["next"]["url"]
    assert seen == [expected[:3], expected[3:6], expected[6:], []]
    later = await some_bookings(voice, territory, 1)
    assert [UUID(event["id"]) for event in (await api.get(url, partner.headers)).json()] == later
    by_hand = await partner.read(after=expected[4], limit=200)
    assert [UUID(event["id"]) for event in by_hand.json()] == [*expected[5:], *later]


async def test_the_cursor_moves_past_events_that_the_partner_may_not_see(
    api: Api, voice: Voice, territory: str, admin: Connection
) -> None:
    partner = await a_partner(api, territory, **BOOKINGS)
    empty = await partner.read()
    assert (empty.json(), "after" in empty.links["next"]["url"]) == ([], False)
    [hidden] = await voice.tell(feed, territory, a_fact(ChargePriced))
    assert f"after={hidden}" in (await partner.read()).links["next"]["url"]


@pytest.mark.parametrize("cursor", ["0195a1b0-5c00-7000-8000-00000000ffff", "12", "0", "x'; --"])
async def test_a_cursor_that_the_feed_does_not_hold_is_told_so(
    api: Api, voice: Voice, territory: str, cursor: str
) -> None:
    await some_bookings(voice, territory, 1)
    partner = await a_partner(api, territory, **BOOKINGS)
    answer = await partner.read(after=cursor)
    assert (answer.status_code, code(answer)) == (410, "cursor-gone")


async def test_the_cursor_of_another_territory_is_as_unknown_as_one_that_never_was(
    api: Api, voice: Voice, territory: str, other_territory: str
) -> None:
    [foreign] = await some_bookings(voice, other_territory, 1)
    await some_bookings(voice, territory, 1)
    partner = await a_partner(api, territory, **BOOKINGS)
    answer = await partner.read(after=foreign)
    assert (answer.status_code, code(answer)) == (410, "cursor-gone")
    theirs = await a_partner(api, other_territory, **BOOKINGS)
    assert (await theirs.read(after=foreign)).status_code == 200


async def test_unknown_territory_partner_and_key_are_answered_alike(
    api: Api, voice: Voice, territory: str, other_territory: str
) -> None:
    partner = await a_partner(api, territory, **BOOKINGS)
    assert (await partner.read()).status_code == 200
    answers = [
        await api.get(f"/v1/territories/{siren}/events{tail}", headers)
        for tail in ("", "/stream")
        for siren, headers in (
            (other_territory, partner.headers),
            (new_territory(), partner.headers),
            ("123456789", partner.headers),
            (territory, {"Authorization": "Bearer mlg_unknown"}),
            (territory, {"Authorization": "Basic mlg_unknown"}),
            (territory, {}),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


async def test_a_key_opens_the_feed_door_and_no_other(api: Api, territory: str) -> None:
    partner = await a_partner(api, territory, **BOOKINGS)
    for path in ("partners", "messages", "messages/own", "templates"):
        answer = await api.get(f"/v1/territories/{territory}/{path}", partner.headers)
        assert (answer.status_code, code(answer)) == (401, "unauthenticated")


async def test_a_revoked_key_and_an_expired_one_open_nothing_and_the_new_one_does(
    api: Api, voice: Voice, territory: str
) -> None:
    await some_bookings(voice, territory, 1)
    old = await a_partner(api, territory, **BOOKINGS)
    new = await old.with_new_key(replaces=old.key_id, overlap_hours=1)
    assert [len((await each.read()).json()) for each in (old, new)] == [1, 1]
    newest = await new.with_new_key(replaces=new.key_id, overlap_hours=0)
    await old.revoke_key()
    assert [(await each.read()).status_code for each in (old, new, newest)] == [401, 401, 200]


async def test_without_an_agreement_of_today_nothing_is_read(api: Api, voice: Voice, territory: str) -> None:
    await some_bookings(voice, territory, 1)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()  # noqa: TID251 - a date to come
    none, later, ended = (
        await a_partner(api, territory),
        await a_partner(api, territory, valid_from=tomorrow, **BOOKINGS),
        await a_partner(api, territory, **BOOKINGS),
    )
    assert (await ended.read()).status_code == 200
    await ended.end_agreement()
    for partner in (none, later, ended):
        answer = await partner.read()
        assert (answer.status_code, code(answer)) == (403, "agreement-missing")


async def test_what_happened_before_an_agreement_stays_closed(api: Api, voice: Voice, territory: str) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the events' own clock
    fact = a_fact(BookingConfirmed, booking_id=new_id())
    await voice.tell(feed, territory, fact, recorded_at=now - timedelta(days=3))
    [recent] = await some_bookings(voice, territory, 1)
    yesterday = (now - timedelta(days=1)).date().isoformat()
    partner = await a_partner(api, territory, valid_from=yesterday, **BOOKINGS)
    assert [UUID(event["id"]) for event in (await partner.read()).json()] == [recent]
    renewed = await a_partner(api, territory, **BOOKINGS)
    assert len((await renewed.read()).json()) == 2


async def test_staff_and_the_partners_contact_read_with_their_own_tokens(
    api: Api, voice: Voice, territory: str, other_territory: str
) -> None:
    contact = new_id()
    await some_bookings(voice, territory, 2)
    await voice.tell(feed, territory, a_fact(InvoiceSealed))
    await a_partner(api, territory, contact=contact, **BOOKINGS)
    url = f"/v1/territories/{territory}/events"
    for headers, count in (
        (api.token(territory, "hub-manager"), 3),
        (api.administrator(territory), 3),
        (api.token(territory, "partner", contact), 2),
    ):
        assert len((await api.get(url, headers)).json()) == count
    stranger = await api.get(url, api.token(territory, "partner"))
    assert (stranger.status_code, code(stranger)) == (403, "agreement-missing")
    for headers in (api.token(territory, "member"), api.administrator(other_territory)):
        answer = await api.get(url, headers)
        assert (answer.status_code, code(answer)) == (403, "forbidden")


async def test_two_readers_keep_places_of_their_own_while_events_arrive(
    api: Api, voice: Voice, territory: str
) -> None:
    readers = [await a_partner(api, territory, **BOOKINGS) for _ in range(2)]

    async def follow(partner: Partner, limit: int, until: int) -> list[str]:
        seen: list[str] = []
        url = f"{partner.url}?limit={limit}"
        while len(seen) < until:
            answer = await api.get(url, partner.headers)
            seen += [event["id"] for event in answer.json()]
            url = answer.links["next"]["url"]
        return seen

    async def write() -> list[UUID]:
        return [each for _ in range(10) for each in await some_bookings(voice, territory, 5)]

    first, second, written = await asyncio.gather(
        follow(readers[0], 3, 50), follow(readers[1], 7, 50), write()
    )
    assert first == second == [str(each) for each in written]


async def test_events_older_than_thirty_days_go_and_the_newest_stays(
    api: Api, voice: Voice, admin: Connection, worker_database: Database, territory: str
) -> None:
    old = await some_bookings(voice, territory, 3)
    await admin.execute(
        "UPDATE feed_events SET fed_at = fed_at - interval '31 days' WHERE territory_id = $1", territory
    )
    recent = await some_bookings(voice, territory, 1)
    timer: Any = Timer(territory, handlers.TIMER, "daily", datetime.now(UTC), None)  # noqa: TID251 - as it fires
    partner = await a_partner(api, territory, **BOOKINGS)
    for expected in (recent, recent):
        async with worker_database.tx(territory) as tx:
            await handlers.purge(tx, timer)
        assert [UUID(event["id"]) for event in (await partner.read()).json()] == expected
        await admin.execute(
            "UPDATE feed_events SET fed_at = fed_at - interval '31 days' WHERE territory_id = $1", territory
        )
    assert (await partner.read(after=recent[0])).json() == []
    assert (await partner.read(after=old[-1])).status_code == 410
    due = await admin.fetchval("SELECT due_at FROM timer WHERE territory_id = $1", territory)
    assert due is not None
