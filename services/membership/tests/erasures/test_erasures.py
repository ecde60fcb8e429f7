"""Erasures: what begins one, what holds one up, what is gone afterwards, and what the certificate says."""

from uuid import UUID

import pytest
from erasure_builders import an_operator, ask, checked, receipts
from membership_builders import code
from people_builders import People, a_mail, a_siren, opened

from chassis.db import Database
from chassis.decisions import Role
from chassis.ids import new_id
from chassis.outbox import Connection
from contracts.erasure import Hold

CANARY = "Zyxwanary"
PDF = b"%PDF-1.7\nZyxwanary\n%%EOF\n"


async def canaries(admin: Connection) -> list[str]:
    """The tables of the service in which the canary can be read, as text or as bytes."""
    tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for (table,) in tables:
        hits = await admin.fetchval(
            f"SELECT count(*) FROM {table} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0",
            CANARY,
            CANARY.encode().hex(),
        )
        found += [table] * bool(hits)
    return found


async def hand_in(people: People, person_id: UUID) -> UUID:
    document_id = new_id()
    what = {"person_id": str(person_id), "audience": "student", "kind": "student_card"}
    await people.created("documents", document_id=str(document_id), file_name=f"{CANARY}.pdf", **what)
    path = f"/v1/territories/{people.siren}/documents/{document_id}"
    sent = await people.api.send(f"{path}/content", people.as_(), PDF)
    assert sent.status_code == 200, sent.text
    refused = await people.post(f"{path}/refuse", reason=f"Le nom {CANARY} est illisible")
    assert refused.status_code == 200, refused.text
    opened_ = await people.get(f"{path}/content?why=Appel+de+{CANARY}", people.as_())
    assert opened_.status_code == 200
    return document_id


async def test_of_an_erased_person_no_table_shows_anything_any_more(
    people: People, worker_database: Database, admin: Connection
) -> None:
    person_id = await people.person(CANARY, CANARY, mail=a_mail(CANARY.lower()), address=f"1 rue {CANARY}")
    await hand_in(people, person_id)
    assert set(await canaries(admin)) >= {"documents", "document_views"}, "or the search would prove nothing"
    asked = await ask(people, person_id)
    assert (await people.get(f"persons/{person_id}")).json()["given_name"] == CANARY, "nothing is erased yet"
    await checked(worker_database, UUID(asked["erasure_id"]))
    assert set(await canaries(admin)) <= {"event_log"}, "what staff wrote into an event stays in it"
    gone = await admin.fetchval("SELECT wrapped_key IS NULL FROM subject_key WHERE person_id = $1", person_id)
    assert gone is True
    [issued] = await people.told("SubjectKeyIssued", person_id) or [{"wrapped_key": "?"}]
    assert issued["wrapped_key"] == "", "nor is the key left in what was told"
    assert (await people.get(f"persons/{person_id}")).status_code == 404
    rejoined = await people.post("join", people.myself(person_id))
    assert code(rejoined) == "not-found", "a token that lives on for ten minutes brings nobody back"
    left = await admin.fetchrow(
        "SELECT mail_hash, search_tokens FROM persons WHERE person_id = $1", person_id
    )
    assert tuple(left or ()) == (None, []), "nothing is left to find them by"


async def test_the_certificate_comes_with_the_last_receipt(people: People, worker_database: Database) -> None:
    person_id = await people.person(mail=a_mail())
    asked = await ask(people, person_id)
    erasure_id, address = UUID(asked["erasure_id"]), f"/v1/certificates/{asked['certificate']}"
    await checked(worker_database, erasure_id)
    early = await people.api.get(address, {})
    assert code(early) == "erasure-not-done"
    assert early.json()["values"]["missing"] == "billing, booking, notifications"
    await receipts(worker_database, erasure_id)
    done = (await people.api.get(address, {})).json()
    assert [each["service"] for each in done["receipts"]] == [
        "billing",
        "booking",
        "membership",
        "notifications",
    ]
    kept = [(each["place"], each["ground"], each["until"]) for each in done["receipts"][0]["kept"]]
    assert kept == [("invoices", "accounting-law", "2037-01-01")]
    assert done["receipts"][0]["kept"][0]["name"] == {"fr": "factures", "en": "invoices"}
    printed = [
        await people.api.get(f"{address}/pdf", {"Accept-Language": language}) for language in ("fr", "en")
    ]
    assert all(each.content.startswith(b"%PDF-") for each in printed)
    assert printed[0].content != printed[1].content, "each in its own language"
    assert len(await people.told("ErasureCompleted", erasure_id)) == 1


async def test_a_token_that_was_not_given_opens_no_certificate(people: People, database: Database) -> None:
    asked = await ask(people, await people.person())
    erasure_id, _, seal = asked["certificate"].partition(".")
    for token in (f"{new_id().hex}.{seal}", f"{erasure_id}.{'0' * 32}", erasure_id, "nothing"):
        assert (await people.api.get(f"/v1/certificates/{token}", {})).status_code == 404


@pytest.mark.parametrize("role", ["hub-manager", "finance"])
async def test_staff_below_the_administrator_erase_nobody_else(people: People, role: Role) -> None:
    body = {"erasure_id": str(new_id()), "person_id": str(await people.person())}
    answer = await people.post("erasures", people.as_(role), **body)
    assert answer.status_code == 403


async def test_another_persons_erasure_waits_for_a_second_pair_of_eyes(
    people: People, database: Database
) -> None:
    person_id, me = await people.person(), new_id()
    asked = await ask(people, person_id, people.as_("territory-administrator"))
    confirm = f"erasures/{asked['erasure_id']}/confirm"
    assert asked["state"] == "asked"
    refused = await people.post(confirm, people.as_("territory-administrator"))
    assert refused.status_code == 403
    begun = await people.post(confirm, an_operator(people, me))
    assert (begun.json()["state"], begun.json()["missing"]) == ("checking", ["billing", "booking"])
    again = await people.post(confirm, an_operator(people))
    assert code(again) == "erasure-not-awaiting"
    twice = {"erasure_id": str(new_id()), "person_id": str(person_id)}
    second = await people.post("erasures", people.as_("territory-administrator"), **twice)
    assert code(second) == "erasure-under-way"
    assert second.json()["values"]["erasure_id"] == asked["erasure_id"]


async def test_what_still_runs_holds_an_erasure_up_and_each_territory_sees_its_own(
    people: People, worker_database: Database, admin: Connection
) -> None:
    person_id = await people.person(mail=a_mail())
    elsewhere = people.at(a_siren())
    await opened(worker_database, elsewhere.siren)
    assert (await elsewhere.post("join", people.myself(person_id))).is_error is False
    plan_id = await people.plan()
    await people.created(
        "memberships",
        membership_id=str(new_id()),
        holder={"person_id": str(person_id)},
        plan_id=str(plan_id),
        audience="nomad",
        valid_from="2026-01-01",
    )
    asked = await ask(people, person_id)
    charge = Hold(territory_id=elsewhere.siren, reason="charge-to-invoice", count=3)
    await checked(worker_database, UUID(asked["erasure_id"]), charge)
    [held] = (await people.get("my-erasures", people.myself(person_id))).json()["items"]
    assert held["state"] == "held"
    assert {(each["territory_id"], each["reason"]) for each in held["holds"]} == {
        (people.siren, "membership-running"),
        (elsewhere.siren, "charge-to-invoice"),
    }
    [listed] = (await people.get("erasures", people.as_("territory-administrator"))).json()["items"]
    assert [each["reason"] for each in listed["holds"]] == ["membership-running"]
    assert (await people.get(f"persons/{person_id}")).json()["given_name"] == "Zoé", "nothing was erased"
    assert (await ask(people, person_id))["state"] == "checking", "and yet it can be asked for anew"


async def test_a_late_or_repeated_answer_changes_nothing(people: People, worker_database: Database) -> None:
    person_id = await people.person()
    erasure_id = UUID((await ask(people, person_id))["erasure_id"])
    await receipts(worker_database, erasure_id)
    await checked(worker_database, erasure_id)
    await checked(
        worker_database, erasure_id, Hold(territory_id=people.siren, reason="charge-to-invoice", count=1)
    )
    assert len(await people.told("PersonErased", erasure_id)) == 1
    assert await people.told("ErasureCompleted", erasure_id) == [], "receipts before the erasure are none"
    await receipts(worker_database, erasure_id)
    await receipts(worker_database, erasure_id)
    assert len(await people.told("ErasureCompleted", erasure_id)) == 1
