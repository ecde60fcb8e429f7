"""Who is told what: on real events, with the messages and events that follow."""

from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from notifications_builders import Api, Voice, a_fact, told

from chassis.clock import utc_now
from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.timers import Timers
from contracts.billing import FibreLineActivated, InvoiceSealed
from contracts.booking import BookingConfirmed, BookingExpired, PeopleTold, SeriesStarted
from contracts.envelope import Fact
from contracts.membership import MembershipConfirmed, PersonAffiliated
from notifications.messages import handlers
from notifications.messages.consumer import messages
from notifications.messages.model import WAITS, WAITS_FOR_ONE_OF_MANY
from notifications.people.consumer import people
from notifications.preferences import handlers as preferences
from notifications.preferences.handlers import SetPreference
from notifications.templates.model import TEMPLATES, Template

ORGANISATION = {"organisation_id": "0195a1b0-5c00-7000-8000-000000000003"}


def booked(person_id: UUID, **changes: object) -> BookingConfirmed:
    return a_fact(BookingConfirmed, booking_id=new_id(), person_id=person_id, **changes)


async def kept(admin: Connection, territory: str) -> list[tuple[str, str, str | None]]:
    rows = await admin.fetch(
        "SELECT channel, state, reason FROM messages WHERE territory_id = $1 ORDER BY channel, message_id",
        territory,
    )
    return [tuple(row) for row in rows]


async def look_again(database: Database, admin: Connection, territory: str) -> None:
    """Fire the timers of a territory as if their time had come."""
    await admin.execute("UPDATE timer SET due_at = '-infinity' WHERE territory_id = $1", territory)
    await Timers(database, {handlers.TIMER: handlers.look_again}).fire()


async def test_a_series_is_told_once_and_none_of_its_dates_by_itself(
    voice: Voice, admin: Connection, territory: str
) -> None:
    person_id, series_id = await voice.person(), new_id()
    dates = [booked(person_id, series_id=series_id, told_by_series=True) for _ in range(3)]
    begun = a_fact(SeriesStarted, series_id=series_id, person_id=person_id)
    await voice.tell(messages, territory, *dates, begun)
    assert await kept(admin, territory) == [("inbox", "sent", None), ("mail", "queued", None)]
    moved_alone = booked(person_id, series_id=series_id, told_by_series=False)
    await voice.tell(messages, territory, moved_alone)
    assert len(await kept(admin, territory)) == 4


async def test_a_confirmed_booking_makes_a_mail_and_a_line_in_the_inbox(
    voice: Voice, admin: Connection, territory: str
) -> None:
    person_id = await voice.person(language="en")
    fact = booked(person_id)
    [event_id] = await voice.tell(messages, territory, fact)
    assert await kept(admin, territory) == [("inbox", "sent", None), ("mail", "queued", None)]
    [queued] = await told(admin, territory, "MessageQueued")
    [sent] = await told(admin, territory, "MessageSent")
    for state, channel in ((queued, "mail"), (sent, "inbox")):
        assert state["channel"] == channel
        assert state["person_id"] == str(person_id)
        assert state["template"] == "booking-confirmed"
        assert state["language"] == "en"
        assert state["cause_event_id"] == str(event_id)
        assert state["cause_type"] == BookingConfirmed.type
        assert state["cause_aggregate_id"] == str(fact.booking_id)
    effect = await admin.fetchrow(
        "SELECT kind, effect_id, data, traceparent FROM effect WHERE territory_id = $1", territory
    )
    assert effect is not None
    assert (effect["kind"], effect["effect_id"]) == ("mail", queued["message_id"])
    assert effect["data"] == "null"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
async def test_every_event_of_the_list_reaches_the_person_it_names(
    voice: Voice, admin: Connection, territory: str, template: Template
) -> None:
    person_id = await voice.person()
    named = {"person_id": person_id, "host_id": person_id, "person_ids": [person_id]}
    who = named.get(template.recipient, {"person_id": person_id})
    fact: Fact = a_fact(template.fact, **{template.recipient: who})
    await voice.tell(messages, territory, fact)
    rows = await admin.fetch(
        "SELECT m.person_id, m.channel, n.template FROM messages m JOIN notices n USING (notice_id) "
        "WHERE m.territory_id = $1",
        territory,
    )
    assert {tuple(row) for row in rows} == {
        (person_id, channel, template.name) for channel in template.channels
    }


async def test_an_event_of_the_same_id_says_nothing_twice(
    voice: Voice, admin: Connection, territory: str
) -> None:
    first = voice.envelope(messages, territory, booked(await voice.person()))
    again = voice.envelope(messages, territory, a_fact(BookingExpired, booking_id=first.aggregate_id))
    repeated = voice.envelope(messages, territory, booked(await voice.person()))
    repeated.id = first.id
    await voice.deliver(messages, [first])
    outcome = await voice.deliver(messages, [first])
    assert (outcome.handled, outcome.repeats) == (0, 1)
    await voice.deliver(messages, [repeated])
    assert len(await kept(admin, territory)) == 2
    await voice.deliver(messages, [again])
    assert await admin.fetchval("SELECT count(*) FROM notices WHERE territory_id = $1", territory) == 2


async def test_nothing_that_is_kept_or_told_holds_a_name_or_an_address(
    voice: Voice, admin: Connection, territory: str
) -> None:
    person_id = await voice.person(given="Zénobie", mail="zenobie@example.org")
    await voice.tell(messages, territory, booked(person_id))
    for table in ("persons", "notices", "messages", "effect", "event_log", "known_party"):
        rows = await admin.fetch(f"SELECT t::text AS row FROM {table} t")
        assert rows, table
        assert not [row for row in rows if "obie" in row["row"] or "example.org" in row["row"]], table
    logged = await admin.fetch("SELECT data FROM event_log WHERE territory_id = $1", territory)
    assert not [row for row in logged if b"obie" in row["data"]]


async def test_a_person_without_a_mail_address_still_has_an_inbox(
    voice: Voice, admin: Connection, territory: str
) -> None:
    await voice.tell(messages, territory, booked(await voice.person(mail=None)))
    assert await kept(admin, territory) == [("inbox", "sent", None), ("mail", "failed", "no_contact")]
    [failed] = await told(admin, territory, "MessageFailed")
    assert (failed["reason"], failed["attempts"], failed["channel"]) == ("no_contact", 0, "mail")


async def test_an_erased_person_is_told_nothing_and_the_reason_stays(
    voice: Voice, admin: Connection, territory: str
) -> None:
    person_id = await voice.person()
    await voice.erase(person_id)
    await voice.tell(messages, territory, booked(person_id))
    assert await kept(admin, territory) == [
        ("inbox", "failed", "person_erased"),
        ("mail", "failed", "person_erased"),
    ]
    assert await admin.fetchval("SELECT count(*) FROM effect WHERE territory_id = $1", territory) == 0


async def test_a_person_heard_of_later_is_waited_for_and_written_to_in_their_language(
    voice: Voice, admin: Connection, worker_database: Database, territory: str
) -> None:
    person_id = new_id()
    await voice.tell(messages, territory, booked(person_id))
    assert await kept(admin, territory) == []
    await look_again(worker_database, admin, territory)
    assert await kept(admin, territory) == []
    known = await voice.person(language="en")
    for table in ("persons", "subject_key"):
        await admin.execute(f"UPDATE {table} SET person_id = $1 WHERE person_id = $2", person_id, known)
    await look_again(worker_database, admin, territory)
    assert await kept(admin, territory) == [("inbox", "sent", None), ("mail", "queued", None)]
    [queued] = await told(admin, territory, "MessageQueued")
    assert queued["language"] == "en"
    assert await admin.fetchval("SELECT count(*) FROM timer WHERE territory_id = $1", territory) == 0


async def test_a_person_never_heard_of_is_given_up_after_the_last_look(
    voice: Voice, admin: Connection, worker_database: Database, territory: str
) -> None:
    await voice.tell(messages, territory, booked(new_id()))
    for _ in WAITS:
        assert await kept(admin, territory) == []
        await look_again(worker_database, admin, territory)
    assert await kept(admin, territory) == [("inbox", "sent", None), ("mail", "failed", "no_contact")]


async def test_an_organisation_is_told_through_its_administrators_and_representatives_of_the_day(
    voice: Voice, admin: Connection, territory: str
) -> None:
    today = utc_now().date()
    reached = {}
    for role, until in (
        ("administrator", None),
        ("representative", today + timedelta(days=9)),
        ("employee", None),
        ("administrator", today - timedelta(days=1)),
    ):
        person_id = await voice.person()
        joined = a_fact(
            PersonAffiliated,
            affiliation_id=new_id(),
            person_id=person_id,
            role=role,
            valid_from=today - timedelta(days=30),
            valid_until=until,
            **ORGANISATION,
        )
        await voice.tell(people, territory, joined)
        reached[person_id] = role != "employee" and (until is None or until > today)
    await voice.tell(messages, territory, a_fact(InvoiceSealed, customer=ORGANISATION))
    rows = await admin.fetch("SELECT person_id, channel FROM messages WHERE territory_id = $1", territory)
    assert len(rows) == 4
    assert {row["person_id"] for row in rows} == {person for person, is_told in reached.items() if is_told}


async def test_an_organisation_that_nobody_stands_for_is_shown_to_staff(
    voice: Voice, admin: Connection, worker_database: Database, territory: str, api: Api
) -> None:
    line = a_fact(FibreLineActivated, customer=ORGANISATION)
    await voice.tell(messages, territory, line)
    url = f"/v1/territories/{territory}/notices/unaddressed"
    assert (await api.get(url, api.administrator(territory))).json()["items"] == []
    for _ in WAITS:
        await look_again(worker_database, admin, territory)
    [shown] = (await api.get(url, api.administrator(territory))).json()["items"]
    assert shown["organisation_id"] == ORGANISATION["organisation_id"]
    assert (shown["template"], shown["cause_aggregate_id"]) == ("fibre-line-activated", str(line.line_id))
    assert await kept(admin, territory) == []


async def test_what_a_person_refuses_does_not_come_and_what_is_mandatory_does(
    voice: Voice, admin: Connection, database: Database, territory: str
) -> None:
    person_id = await voice.person()
    async with database.tx(territory) as tx:
        for kind in ("booking", "membership"):
            for channel in ("mail", "inbox") if kind == "booking" else ("inbox",):
                choice = SetPreference.model_validate({"kind": kind, "channel": channel, "wanted": False})
                await preferences.set_preference(tx, person_id, choice)
    await voice.tell(messages, territory, booked(person_id))
    assert await kept(admin, territory) == []
    holder = {"holder": {"person_id": person_id}}
    await voice.tell(messages, territory, a_fact(MembershipConfirmed, **holder))
    assert await kept(admin, territory) == [("mail", "queued", None)]


async def test_a_hold_that_lapsed_is_worth_no_mail(voice: Voice, admin: Connection, territory: str) -> None:
    await voice.tell(messages, territory, a_fact(BookingExpired, person_id=await voice.person()))
    assert await kept(admin, territory) == [("inbox", "sent", None)]


async def test_what_happened_long_ago_goes_to_the_inbox_alone(
    voice: Voice, admin: Connection, territory: str
) -> None:
    person_id = await voice.person()
    now = utc_now()
    await voice.tell(messages, territory, booked(person_id), recorded_at=now - timedelta(days=8))
    assert await kept(admin, territory) == [("inbox", "sent", None)]
    await voice.tell(messages, territory, booked(person_id), recorded_at=now - timedelta(days=6))
    assert [channel for channel, _, _ in await kept(admin, territory)] == ["inbox", "inbox", "mail"]


async def test_staff_list_messages_with_names_by_state_person_and_site(
    voice: Voice, territory: str, other_territory: str, api: Api
) -> None:
    zoe, walk_in = await voice.person(given="Zoé"), await voice.person(mail=None)
    fact = booked(zoe)
    await voice.tell(messages, territory, fact, booked(walk_in, site_id=new_id()))
    await voice.tell(messages, other_territory, booked(zoe))

    async def listed(query: str = "", siren: str = territory) -> list[dict[str, str]]:
        answer = await api.get(f"/v1/territories/{siren}/messages?{query}", api.administrator(siren))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, str]] = orjson.loads(answer.content)["items"]
        return items

    assert len(await listed()) == 4
    assert len(await listed(siren=other_territory)) == 2
    [failed] = await listed("state=failed")
    assert (failed["reason"], failed["person_id"]) == ("no_contact", str(walk_in))
    named = await listed(f"person_id={zoe}")
    assert {(each["person_name"], each["site_id"]) for each in named} == {("Zoé L'Étoile", str(fact.site_id))}
    assert len(await listed(f"site_id={fact.site_id}")) == 2
    manager = api.token(territory, "hub-manager")
    assert (await api.get(f"/v1/territories/{territory}/messages", manager)).status_code == 200
    for role in ("member", "finance", "operator-staff", "partner"):
        answer = await api.get(f"/v1/territories/{territory}/messages", api.token(territory, role))
        assert answer.status_code == 403


async def test_an_announcement_reaches_each_person_by_their_preference_and_who_has_no_mail_by_the_inbox(
    voice: Voice, database: Database, admin: Connection, territory: str
) -> None:
    reachable, silent = await voice.person(), await voice.person(mail=None)
    quiet = await voice.person()
    async with database.tx(territory) as tx:
        refused = SetPreference(kind="announcement", channel="mail", wanted=False)
        await preferences.set_preference(tx, quiet, refused)
    fact = a_fact(PeopleTold, announcement_id=new_id(), person_ids=[reachable, silent, quiet])
    await voice.tell(messages, territory, fact)
    rows = await admin.fetch(
        "SELECT person_id, channel, state, reason FROM messages WHERE territory_id = $1", territory
    )
    assert {tuple(row) for row in rows} == {
        (reachable, "mail", "queued", None),
        (reachable, "inbox", "sent", None),
        (silent, "mail", "failed", "no_contact"),
        (silent, "inbox", "sent", None),
        (quiet, "inbox", "sent", None),
    }


async def test_one_of_many_of_whom_nothing_is_heard_keeps_the_others_waiting_for_seconds_only(
    voice: Voice, worker_database: Database, admin: Connection, territory: str
) -> None:
    heard = await voice.person()
    fact = a_fact(PeopleTold, announcement_id=new_id(), person_ids=[heard, new_id()])
    await voice.tell(messages, territory, fact)
    for _ in WAITS_FOR_ONE_OF_MANY:
        assert await kept(admin, territory) == []
        await look_again(worker_database, admin, territory)
    assert ("mail", "queued", None) in await kept(admin, territory)
