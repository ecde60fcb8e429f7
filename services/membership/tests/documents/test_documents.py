"""Documents are sealed, sniffed, opened for a reason, decided upon by others; they end on their day."""

from uuid import UUID

import pytest
from life_builders import PDF, STUDENT, Life
from membership_builders import code

from chassis.decisions import Grant
from chassis.ids import new_id
from chassis.outbox import Connection


async def test_what_is_stored_and_told_of_a_document_shows_neither_its_content_nor_its_name(
    life: Life, admin: Connection
) -> None:
    person_id = await life.people.person()
    document_id = await life.document(person_id)
    row = await admin.fetchrow("SELECT * FROM documents WHERE document_id = $1", document_id)
    assert row is not None
    assert b"8731" not in bytes(row["content"])
    assert "carte" not in row["file_name"]
    assert (row["media_type"], row["size"], row["state"]) == ("application/pdf", len(PDF), "submitted")
    (told,) = await life.told("SupportingDocumentSubmitted", document_id)
    assert set(told) == {"document_id", "person_id", "audience", "kind", "submitted_at"}
    kept = await admin.fetch("SELECT body FROM idempotency")
    assert not any(b"carte" in row["body"] for row in kept if row["body"])
    (shown,) = (await life.people.get("documents?in_state=submitted")).json()["items"]
    assert shown["file_name"] == "carte d'étudiante.pdf"


async def test_each_look_at_a_document_is_noted_with_its_reason_and_the_person_reads_the_list(
    life: Life,
) -> None:
    person_id = await life.people.person()
    document_id = await life.document(person_id)
    opened = await life.people.get(f"documents/{document_id}/content?why=tarif+%C3%A9tudiant")
    assert (opened.content, opened.headers["content-type"]) == (PDF, "application/pdf")
    assert opened.headers["content-disposition"].startswith("attachment")
    assert (await life.people.get(f"documents/{document_id}/content")).status_code in (400, 422)
    me = life.people.myself(person_id)
    views = (await life.people.get(f"documents/{document_id}/views", me)).json()["items"]
    assert [each["why"] for each in views] == ["tarif étudiant"]
    stranger = life.people.myself(new_id())
    for path in ("content?why=curieux", "views"):
        assert (await life.people.get(f"documents/{document_id}/{path}", stranger)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>%PDF-", b"GIF89a", b"\xff\xd8"])
async def test_a_file_is_what_it_begins_with_whatever_its_name(life: Life, content: bytes) -> None:
    person_id = await life.people.person()
    ids = {"document_id": str(new_id()), "person_id": str(person_id)}
    names = {"audience": "student", "kind": "student_card", "file_name": "carte.pdf"}
    await life.people.created("documents", **ids, **names)
    sent = await life.people.api.send(
        f"/v1/territories/{life.people.siren}/documents/{ids['document_id']}/content",
        life.people.as_(),
        content,
    )
    assert (sent.status_code, code(sent)) == (422, "document-of-other-type")


@pytest.mark.parametrize("beginning", [b"%PDF-1.4", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"])
async def test_five_mebibytes_are_taken_and_one_byte_more_is_not(life: Life, beginning: bytes) -> None:
    person_id = await life.people.person()
    largest = beginning.ljust(5 * 1024 * 1024, b"\0")
    await life.document(person_id, largest)
    ids = {"document_id": str(new_id()), "person_id": str(person_id)}
    names = {"audience": "student", "kind": "student_card", "file_name": "carte"}
    await life.people.created("documents", **ids, **names)
    url = f"/v1/territories/{life.people.siren}/documents/{ids['document_id']}/content"
    assert (await life.people.api.send(url, life.people.as_(), largest + b"\0")).status_code == 413


async def test_a_person_hands_in_their_own_document_and_nobody_else_s(life: Life) -> None:
    mine, other = await life.people.person(), await life.people.person("Ève")
    await life.document(mine, by=life.people.myself(mine))
    names = {"audience": "student", "kind": "student_card", "file_name": "carte.pdf"}
    ids = {"document_id": str(new_id()), "person_id": str(other)}
    assert (await life.people.post("documents", life.people.myself(mine), **ids, **names)).status_code == 404


async def test_nobody_decides_upon_their_own_document_nor_twice(life: Life) -> None:
    person_id = await life.people.person()
    document_id = await life.document(person_id)
    own = life.people.api.token(Grant(life.people.siren, "hub-manager"), person_id=person_id)
    refused = await life.people.post(f"documents/{document_id}/accept", own, valid_until="2026-10-01")
    assert (refused.status_code, code(refused)) == (403, "own-document")
    await life.done(f"documents/{document_id}/refuse", reason="La date est illisible")
    again = await life.people.post(f"documents/{document_id}/accept", valid_until="2026-10-01")
    assert (again.status_code, code(again)) == (409, "document-not-awaited")
    (told,) = await life.told("DocumentRefused", document_id)
    assert told["reason"] == "La date est illisible"


async def test_the_person_is_reminded_thirty_days_before_unless_a_newer_document_was_accepted(
    life: Life,
) -> None:
    one, two = await life.people.person(), await life.people.person("Ève")
    alone, before = await life.document(one), await life.document(two)
    await life.accepted(alone, "2026-10-01")
    await life.accepted(before, "2026-10-01")
    await life.on("2026-08-31", 23)
    assert await life.told("DocumentExpiring", alone) == []
    await life.accepted(await life.document(two), "2027-10-01")
    await life.on("2026-09-01", 1)
    (told,) = await life.told("DocumentExpiring", alone)
    assert told["valid_until"] == "2026-10-01"
    assert await life.told("DocumentExpiring", before) == []


async def test_without_grace_the_document_comes_first(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(proofs=[STUDENT])
    wanted = {"holder": {"person_id": str(person_id)}, "plan_id": str(plan_id), "audience": "student"}
    body = {"membership_id": str(new_id()), "valid_from": "2026-03-01"} | wanted
    refused = await life.people.post("memberships", **body)
    assert (refused.status_code, code(refused)) == (409, "proof-awaited")
    await life.accepted(await life.document(person_id), "2026-10-01")
    membership_id = await life.confirmed(plan_id, person_id, audience="student")
    (told,) = await life.told("MembershipConfirmed", membership_id)
    assert (told["audience"], told["proof_until"]) == ("student", "2026-10-01")


async def test_on_the_day_a_proof_ends_the_membership_goes_on_as_the_plan_says_and_comes_back(
    life: Life,
) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(proofs=[STUDENT])
    await life.accepted(await life.document(person_id), "2026-06-16")
    membership_id = await life.confirmed(plan_id, person_id, audience="student")
    await life.on("2026-06-15", 23)
    assert (await life.shown(membership_id))["audience"] == "student"
    await life.on("2026-07-02")
    (told,) = await life.told("MembershipPlanChanged", membership_id)
    assert (told["changed_from"], told["audience"], told["reason"]) == (
        "2026-06-16",
        "nomad",
        "proof_expired",
    )
    await life.accepted(await life.document(person_id), "2027-06-16")
    back = (await life.told("MembershipPlanChanged", membership_id))[-1]
    assert (back["changed_from"], back["audience"], back["reason"]) == (
        "2026-07-02",
        "student",
        "proof_accepted",
    )
    assert (await life.shown(membership_id))["proof_until"] == "2027-06-16"


async def test_a_newer_document_keeps_the_audience_without_a_day_between(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(proofs=[STUDENT])
    await life.accepted(await life.document(person_id), "2026-06-16")
    membership_id = await life.confirmed(plan_id, person_id, audience="student")
    await life.accepted(await life.document(person_id), "2027-06-16")
    await life.on("2026-07-02")
    assert await life.told("MembershipPlanChanged", membership_id) == []
    assert (await life.shown(membership_id))["audience"] == "student"


async def test_with_grace_a_membership_begins_unproven_and_its_rights_rest_when_nothing_comes(
    life: Life,
) -> None:
    rule = {"audience": "student", "kinds": ["student_card"], "grace_days": 20}
    person_id, plan_id = await life.people.person(), await life.people.plan(proofs=[rule])
    membership_id = await life.confirmed(plan_id, person_id, audience="student")
    assert (await life.shown(membership_id))["proof_until"] == "2026-03-21"
    await life.on("2026-04-02")
    (told,) = await life.told("MembershipSuspended", membership_id)
    assert told["suspended_from"] == "2026-03-21"
    taken_up = await life.people.post(f"memberships/{membership_id}/take-up", resumed_from="2026-04-02")
    assert code(taken_up) == "not-paused", "a rest for want of proof is no pause of the holder's"
    await life.accepted(await life.document(person_id), "2026-10-01")
    (told,) = await life.told("MembershipResumed", membership_id)
    assert (told["resumed_from"], told["proof_until"]) == ("2026-04-02", "2026-10-01")


async def test_a_change_agreed_for_later_does_not_bring_an_unproven_audience_back(life: Life) -> None:
    person_id, plan_id = await life.people.person(), await life.people.plan(proofs=[STUDENT])
    other = await life.people.plan(proofs=[STUDENT | {"grace_days": 10}])
    await life.accepted(await life.document(person_id), "2026-03-16")
    membership_id = await life.confirmed(plan_id, person_id, audience="student")
    await life.done(f"memberships/{membership_id}/change-plan", plan_id=str(other))
    await life.on("2026-03-17")
    assert (await life.shown(membership_id))["audience"] == "nomad"
    await life.on("2026-04-12")
    shown = await life.shown(membership_id)
    assert (shown["plan_id"], shown["audience"]) == (str(other), "nomad")
    told = [
        (each["changed_from"], each["audience"])
        for each in await life.told("MembershipPlanChanged", membership_id)
    ]
    assert told == [
        ("2026-04-01", "student"),
        ("2026-03-16", "nomad"),
        ("2026-04-01", "student"),
        ("2026-04-11", "nomad"),
    ]


async def test_a_content_sent_again_under_its_key_is_one_and_another_is_refused(life: Life) -> None:
    person_id = await life.people.person()
    ids = {"document_id": str(new_id()), "person_id": str(person_id)}
    names = {"audience": "student", "kind": "student_card", "file_name": "carte.pdf"}
    await life.people.created("documents", **ids, **names)
    url = f"/v1/territories/{life.people.siren}/documents/{ids['document_id']}/content"
    headers = life.people.as_()
    answers = [await life.people.api.send(url, headers, content) for content in (PDF, PDF, PDF + b" ")]
    assert [each.status_code for each in answers] == [200, 200, 422]
    assert code(answers[2]) == "key-reused"
    another_key = await life.content(UUID(ids["document_id"]), PDF + b" ")
    assert (another_key.status_code, code(another_key)) == (409, "document-there")
    assert len(await life.told("SupportingDocumentSubmitted", UUID(ids["document_id"]))) == 1
