"""An erased person leaves no message and no text in notifications, and comes back by no replay."""

import orjson
from notifications_builders import Voice, a_fact

from chassis.clock import utc_now
from chassis.db import PLATFORM
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.booking import BookingCancelled
from contracts.membership import PersonErased, PersonRegistered
from notifications.erasures.consumer import erasures
from notifications.feed.consumer import feed
from notifications.messages.consumer import messages
from notifications.people.consumer import people

CANARY = "Zyxwanary"


async def canaries(admin: Connection) -> set[str]:
    """The tables of the service in which the canary can be read, as text or as bytes."""
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    search = "SELECT count(*) FROM {} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0"
    hits = {
        table: await admin.fetchval(search.format(table), CANARY, CANARY.encode().hex())
        for (table,) in tables
    }
    return {table for table, count in hits.items() if count}


async def test_no_table_shows_an_erased_person_and_a_replay_brings_nobody_back(
    voice: Voice, territory: str, admin: Connection
) -> None:
    person_id, other = await voice.person(given=CANARY), await voice.person(given="Anaïs")
    told = [
        a_fact(BookingCancelled, booking_id=new_id(), person_id=who, reason=reason)
        for who, reason in ((person_id, f"Appel de {CANARY}"), (other, "Grève"))
    ]
    await voice.tell(messages, territory, *told)
    await voice.tell(feed, territory, *told)
    assert await canaries(admin) == {"notices", "feed_events"}
    erased = PersonErased(
        erasure_id=new_id(), person_id=person_id, territories=(territory,), erased_at=utc_now()
    )
    await voice.tell(erasures, PLATFORM, erased)
    assert await canaries(admin) == set()
    row = await admin.fetchval("SELECT data FROM event_log WHERE aggregate_id = $1", str(erased.erasure_id))
    receipt = orjson.loads(row)
    gone = {each["place"]: each["rows"] for each in receipt["gone"]}
    assert {"persons": 1, "notices": 1, "feed_events": 1}.items() <= gone.items()
    assert [each["place"] for each in receipt["kept"]] == ["feed_events"]
    left = await admin.fetch("SELECT person_id FROM messages WHERE territory_id = $1", territory)
    assert {row["person_id"] for row in left} == {other}, "and yet others keep their messages"
    read = await admin.fetch("SELECT event FROM feed_events WHERE territory_id = $1", territory)
    assert sorted(orjson.loads(row["event"])["data"].get("reason", "") for row in read) == ["", "Grève"]
    again = a_fact(PersonRegistered, person_id=person_id)
    await voice.tell(people, PLATFORM, again)
    known = await admin.fetchval("SELECT count(*) FROM persons WHERE person_id = $1", person_id)
    assert known == 0
