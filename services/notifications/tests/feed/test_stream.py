"""The feed as a stream: over a real socket, taken up again where it broke, ended with the right to it."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from feed_builders import Served, Stream, a_partner, a_server, a_stream, some_bookings
from notifications_builders import Voice, a_fact, code

from chassis.clock import utc_now
from chassis.db import Database
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.tokens import LEEWAY, LIFETIME
from contracts.billing import ChargePriced
from notifications.feed import api as door
from notifications.feed.consumer import feed
from notifications.feed.ports import MOST, MOST_OF_ONE, Streams

BOOKINGS: Mapping[str, Any] = {"topics": ["booking.bookings.v1"]}


@pytest.fixture
async def served(
    database: Database, secrets_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Served]:
    """The service behind a real socket, its streams counted anew."""
    monkeypatch.setattr(door, "_streams", Streams())
    async with a_server(database, secrets_dir) as served:
        yield served


async def test_a_stream_gives_what_was_and_then_what_comes(
    served: Served, voice: Voice, territory: str, other_territory: str
) -> None:
    before = await some_bookings(voice, territory, 2)
    partner = await a_partner(served.api, territory, **BOOKINGS)
    async with a_stream(partner) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        first = await stream.message()
        event = JSONFormat().read(CloudEvent, first["data"])
        assert (first["id"], event.get_id()) == (str(before[0]), str(before[0]))
        assert await stream.messages(1) == [str(before[1])]
        await some_bookings(voice, other_territory, 1)
        await voice.tell(feed, territory, a_fact(ChargePriced))
        after = await some_bookings(voice, territory, 2)
        assert await stream.messages(2) == [str(each) for each in after]


async def test_a_stream_broken_at_any_place_is_taken_up_without_gap_or_repeat(
    served: Served, voice: Voice, territory: str
) -> None:
    written = [str(each) for each in await some_bookings(voice, territory, 6)]
    partner = await a_partner(served.api, territory, **BOOKINGS)
    seen: list[str] = []
    for count in (1, 3, 2):
        async with a_stream(partner, last_id=seen[-1] if seen else None) as stream:
            seen += await stream.messages(count)
    assert seen == written
    later = [str(each) for each in await some_bookings(voice, territory, 1)]
    async with a_stream(partner, last_id=seen[-1]) as stream:
        assert await stream.messages(1) == later


async def test_a_stream_of_what_is_new_leaves_out_the_past(
    served: Served, voice: Voice, territory: str
) -> None:
    await some_bookings(voice, territory, 2)
    partner = await a_partner(served.api, territory, **BOOKINGS)
    async with a_stream(partner, after="latest") as stream:
        assert [str(each) for each in await some_bookings(voice, territory, 1)] == await stream.messages(1)


async def test_what_this_process_feeds_is_streamed_without_waiting_for_a_look(
    served: Served, voice: Voice, territory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "POLL", 600.0)
    partner = await a_partner(served.api, territory, **BOOKINGS)
    async with a_stream(partner) as stream:
        for _ in range(2):
            assert [str(each) for each in await some_bookings(voice, territory, 1)] == await stream.messages(
                1
            )


async def test_more_than_a_page_of_past_arrives_whole_and_in_order(
    served: Served, voice: Voice, territory: str
) -> None:
    facts = [a_fact(ChargePriced, charge_id=new_id()) for _ in range(450)]
    await voice.tell(feed, territory, *facts)
    partner = await a_partner(served.api, territory, topics=["billing.charges.v1"])
    page = (await partner.read(limit=200)).json()
    async with a_stream(partner) as stream:
        seen = await stream.messages(450)
    assert len(set(seen)) == 450
    assert seen[:200] == [event["id"] for event in page]


async def test_two_readers_of_one_stream_hear_the_same(served: Served, voice: Voice, territory: str) -> None:
    partner = await a_partner(served.api, territory, **BOOKINGS)
    other = await a_partner(served.api, territory, pseudonyms=True, **BOOKINGS)
    async with a_stream(partner) as first, a_stream(other) as second:
        written = [str(each) for each in await some_bookings(voice, territory, 3)]
        assert await first.messages(3) == await second.messages(3) == written


@pytest.mark.parametrize("cut", ["key", "agreement"])
async def test_a_stream_ends_with_the_key_or_the_agreement_and_says_why(
    served: Served, voice: Voice, territory: str, cut: str
) -> None:
    partner = await a_partner(served.api, territory, **BOOKINGS)
    await some_bookings(voice, territory, 1)
    async with a_stream(partner) as stream:
        await stream.messages(1)
        await (partner.revoke_key() if cut == "key" else partner.end_agreement())
        ended = await stream.message()
        assert ended["event"] == "end"
        assert (
            json.loads(ended["data"])["code"]
            == {
                "key": "unauthenticated",
                "agreement": "agreement-missing",
            }[cut]
        )
        assert await stream.message() == {}
    await some_bookings(voice, territory, 1)
    answer = await partner.read()
    assert answer.status_code == {"key": 401, "agreement": 403}[cut]


async def test_a_stream_ends_with_the_access_token_it_was_opened_with(
    served: Served, voice: Voice, territory: str
) -> None:
    nearly_over = utc_now() - LIFETIME - timedelta(seconds=LEEWAY - 2)
    headers = served.api.token(territory, "hub-manager", at=nearly_over)
    url = f"/v1/territories/{territory}/events/stream"
    [written] = await some_bookings(voice, territory, 1)
    async with served.api.client.stream("GET", url, headers=headers) as response:
        stream = Stream(response)
        assert await stream.messages(1) == [str(written)]
        ended = await stream.message()
        assert (ended["event"], json.loads(ended["data"])["code"]) == ("end", "unauthenticated")
    assert (await served.api.get(url, headers)).status_code == 401


async def test_a_process_that_leaves_ends_its_streams_without_a_word_and_they_go_on_elsewhere(
    served: Served, voice: Voice, territory: str
) -> None:
    partner = await a_partner(served.api, territory, **BOOKINGS)
    [first] = await some_bookings(voice, territory, 1)
    async with a_stream(partner) as stream:
        assert await stream.messages(1) == [str(first)]
        served.health.drain()
        assert await stream.message() == {}
        assert stream.last_id == str(first)


async def test_a_reader_opens_so_many_streams_and_a_closed_one_makes_room(
    served: Served, territory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = Streams(most=2, most_of_one=1)
    monkeypatch.setattr(door, "_streams", streams)
    first, second, third = [await a_partner(served.api, territory, **BOOKINGS) for _ in range(3)]
    async with a_stream(first), a_stream(second):
        await eventually(lambda: streams._open.total() == 2)  # noqa: SLF001 - what is counted
        for partner in (first, third):
            answer = await served.api.client.get(f"{partner.url}/stream", headers=partner.headers)
            assert (answer.status_code, code(answer)) == (429, "streams-taken")
    await eventually(lambda: streams._open.total() == 0)  # noqa: SLF001 - what is counted
    async with a_stream(third):
        pass
    assert MOST > MOST_OF_ONE


async def test_a_stream_refuses_a_cursor_it_does_not_hold(served: Served, territory: str) -> None:
    partner = await a_partner(served.api, territory, **BOOKINGS)
    headers = partner.headers | {"Last-Event-ID": str(new_id())}
    answer = await served.api.client.get(f"{partner.url}/stream", headers=headers)
    assert (answer.status_code, code(answer)) == (410, "cursor-gone")
