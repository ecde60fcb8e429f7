"""Accounts nobody uses are erased by rule, decided documents are emptied; what runs or is younger stays."""

from typing import Any
from uuid import UUID

import pytest
from erasure_builders import ask, checked, receipts
from life_builders import Life
from membership_builders import code
from people_builders import a_mail, a_siren, opened

from chassis.db import Database, Tx
from chassis.decisions import Role
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.retention import Purge
from contracts.erasure import Hold
from membership.retention.handlers import purge

STATEMENTS = 60
"""What a purge may send to the database at most, however much is due."""


async def rules(life: Life) -> dict[str, dict[str, Any]]:
    answer = await life.people.get("retention", life.people.as_("territory-administrator"))
    return {each["purpose"]: each for each in answer.json()["rules"]}


async def due(life: Life, purpose: str) -> set[UUID]:
    administrator = life.people.as_("territory-administrator")
    answer = await life.people.get(f"retention/{purpose}/due", administrator)
    return {UUID(each["id"]) for each in answer.json()["items"]}


async def purged(life: Life, purpose: str, cut_off_on: str | None = None) -> dict[str, Any]:
    """Purge what the dry run shows."""
    day = cut_off_on or (await rules(life))[purpose]["cut_off_on"]
    administrator = life.people.as_("territory-administrator")
    return await life.done(f"retention/{purpose}/purge", administrator, cut_off_on=day)


async def asked_of(life: Life, person_id: UUID, admin: Connection) -> list[UUID]:
    """The erasures that were begun of a person."""
    found = await admin.fetch(
        "SELECT erasure_id FROM erasures WHERE person_id = $1 ORDER BY asked_at", person_id
    )
    return [row["erasure_id"] for row in found]


async def test_an_account_is_due_months_after_the_last_contact_and_no_day_before(life: Life) -> None:
    await life.on("2026-03-02")
    person_id = await life.people.person()
    plan_id = await life.people.plan()
    await life.confirmed(plan_id, person_id, valid_from="2026-03-02", valid_until="2026-06-30")
    await life.on("2029-06-30")
    assert await due(life, "accounts") == set(), "it ended 36 months ago to the day: it is still kept"
    await life.on("2029-07-01")
    assert await due(life, "accounts") == {person_id}
    assert (await purged(life, "accounts"))["taken"] == 1


async def test_the_purge_asks_for_the_erasures_that_the_dry_run_shows_and_says_why(
    life: Life, worker_database: Database, admin: Connection
) -> None:
    await life.on("2026-03-02")
    gone = {await life.people.person(mail=a_mail()) for _ in range(3)}
    await life.on("2026-03-03")
    younger = await life.people.person()
    await life.on("2029-03-03")
    assert await due(life, "accounts") == gone
    done = await purged(life, "accounts")
    assert (done["taken"], done["held"]) == (3, 0)
    listed = await life.people.get("erasures", life.people.as_("territory-administrator"))
    shown = {UUID(each["person_id"]): each for each in listed.json()["items"]}
    assert {(each["state"], each["inactive_since"]) for each in shown.values()} == {
        ("checking", "2026-03-03")
    }
    assert shown.keys() == gone
    for person_id in gone:
        [erasure_id] = await asked_of(life, person_id, admin)
        [told] = await life.told("ErasureRequested", erasure_id)
        assert (told["inactive_since"], told["territories"]) == ("2026-03-03", [life.people.siren])
        await checked(worker_database, erasure_id)
        await receipts(worker_database, erasure_id)
        assert (await life.people.get(f"persons/{person_id}")).status_code == 404
        token = shown[person_id]["certificate"]
        assert (await life.people.api.get(f"/v1/certificates/{token}", {})).status_code == 200
    assert (await life.people.get(f"persons/{younger}")).json()["given_name"] == "Zoé"
    again = await purged(life, "accounts")
    assert (again["taken"], again["held"]) == (0, 0)


async def test_whoever_runs_something_or_is_known_elsewhere_is_held_and_counted(
    life: Life, database: Database
) -> None:
    await life.on("2026-03-02")
    people = life.people
    member, seated, clerk, abroad, leaving = [await people.person(mail=a_mail()) for _ in range(5)]
    plan_id = await people.plan()
    await life.confirmed(plan_id, member, valid_from="2026-03-02")
    company = await people.organisation()
    await people.affiliate(seated, company, valid_from="2026-03-02")
    await life.confirmed(plan_id, company, "organisation", valid_from="2026-03-02")
    grant = {"grant_id": str(new_id()), "person_id": str(clerk), "role": "finance"}
    answer = await people.post("roles", people.as_("territory-administrator"), **grant)
    assert answer.status_code == 201, answer.text
    elsewhere = people.at(a_siren())
    await opened(database, elsewhere.siren)
    assert (await elsewhere.post("join", people.myself(abroad))).status_code == 200
    await ask(people, leaving)
    await life.on("2029-03-03")
    shown = (await rules(life))["accounts"]
    assert (shown["due"], shown["held"]) == (0, 5)
    done = await purged(life, "accounts")
    assert (done["taken"], done["held"]) == (0, 5)


async def test_whom_another_service_holds_is_counted_as_held_until_a_later_cut_off(
    life: Life, worker_database: Database, admin: Connection
) -> None:
    await life.on("2026-03-02")
    person_id = await life.people.person()
    await life.on("2029-03-03")
    assert (await purged(life, "accounts"))["taken"] == 1
    [erasure_id] = await asked_of(life, person_id, admin)
    await checked(
        worker_database, erasure_id, Hold(territory_id=life.people.siren, reason="active-lately", count=2)
    )
    again = await purged(life, "accounts")
    assert (again["taken"], again["held"]) == (0, 1)
    assert (await life.people.get(f"persons/{person_id}")).json()["given_name"] == "Zoé"
    await life.on("2029-03-04")
    assert (await purged(life, "accounts"))["taken"] == 1, "and yet a later day asks anew"


async def test_a_contact_by_document_or_qualification_counts_from_its_day(life: Life) -> None:
    await life.on("2026-03-02")
    person_id = await life.people.person()
    await life.on("2027-03-02")
    await life.document(person_id)
    await life.on("2029-03-03")
    assert await due(life, "accounts") == set()
    await life.on("2030-03-03")
    assert await due(life, "accounts") == {person_id}


async def test_decided_documents_are_emptied_and_what_they_proved_stays(
    life: Life, admin: Connection
) -> None:
    await life.on("2026-03-02")
    person_id = await life.people.person()
    accepted, waiting = await life.document(person_id), await life.document(person_id)
    await life.accepted(accepted, "2028-09-30")
    await life.on("2026-03-03")
    younger = await life.document(person_id)
    await life.accepted(younger, "2028-09-30")
    await life.on("2027-03-03")
    assert await due(life, "proofs") == {accepted}
    done = await purged(life, "proofs")
    assert (done["taken"], done["held"]) == (1, 1)
    rows = await admin.fetch(
        "SELECT document_id, file_name <> '' AND length(content) > 0 AS there FROM documents "
        "WHERE territory_id = $1",
        life.people.siren,
    )
    assert dict(map(tuple, rows)) == {accepted: False, waiting: True, younger: True}
    listed = (await life.people.get(f"documents?person_id={person_id}")).json()["items"]
    [shown] = [each for each in listed if each["document_id"] == str(accepted)]
    assert (shown["file_name"], shown["state"], shown["valid_until"]) == (None, "accepted", "2028-09-30")
    opened_ = await life.people.get(f"documents/{accepted}/content?why=contr%C3%B4le")
    assert code(opened_) == "document-purged"
    assert (await purged(life, "proofs"))["taken"] == 0


async def test_each_purge_is_kept_with_who_when_and_how_much_and_told_without_who(life: Life) -> None:
    await life.on("2026-03-02")
    await life.people.person()
    await life.on("2029-03-03")
    done = await purged(life, "accounts")
    kept = await life.people.get("retention/purges", life.people.as_("territory-administrator"))
    assert kept.json()["items"] == [done]
    [told] = await life.told("MembershipRetentionApplied", done["purge_id"])
    assert told == {name: done[name] for name in ("purge_id", "purpose", "cut_off_on", "taken", "held")} | {
        "applied_at": done["purged_at"]
    }


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("retention/accounts/purge", {"cut_off_on": "2026-03-04"}, (409, "cut-off-too-late")),
        ("retention/accounts/months", {"months": 11}, (422, "months-out-of-bounds")),
        ("retention/proofs/months", {"months": 25}, (422, "months-out-of-bounds")),
        ("retention/visits/purge", {"cut_off_on": "2026-03-03"}, (404, "not-found")),
    ],
)
async def test_what_the_rule_does_not_allow_is_refused_by_name(
    life: Life, path: str, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    await life.on("2029-03-03")
    answer = await life.people.post(path, life.people.as_("territory-administrator"), **body)
    assert (answer.status_code, code(answer)) == refused


@pytest.mark.parametrize("role", ["hub-manager", "finance", "member"])
async def test_the_administrator_alone_sees_and_purges(life: Life, role: Role) -> None:
    other = life.people.as_(role)
    for path in ("retention", "retention/accounts/due", "retention/purges"):
        assert (await life.people.get(path, other)).status_code in (403, 404)
    for path, body in (("purge", {"cut_off_on": "2020-01-01"}), ("months", {"months": 24})):
        answer = await life.people.post(f"retention/accounts/{path}", life.people.as_(role), **body)
        assert answer.status_code in (403, 404)


@pytest.mark.parametrize(("purpose", "day"), [("accounts", "2029-03-03"), ("proofs", "2027-03-03")])
async def test_ten_thousand_are_purged_in_a_few_statements(
    life: Life, database: Database, purpose: str, day: str
) -> None:
    await life.on("2026-03-02")
    person_id = await life.people.person()
    siren = life.people.siren
    async with database.tx(siren) as tx, tx.platform():
        for sql in _TEN_THOUSAND[purpose]:
            await tx.execute(sql, siren, person_id, await tx.now())
    await life.on(day)
    shown = (await rules(life))[purpose]
    sent: list[str] = []
    async with database.tx(siren) as tx:
        _count(tx, sent)
        done = await purge(tx, purpose, Purge(cut_off_on=shown["cut_off_on"]), new_id())
    assert (done.taken, shown["due"]) == (shown["due"], 10_000 + (purpose == "accounts"))
    assert len(sent) <= STATEMENTS, sent
    assert (await rules(life))[purpose]["due"] == 0


def _count(tx: Tx, sent: list[str]) -> None:
    """Note each statement that the transaction sends from now on."""
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        whole = getattr(tx, name)

        async def noted(sql: str, *args: object, whole: Any = whole) -> Any:
            sent.append(sql)
            return await whole(sql, *args)

        setattr(tx, name, noted)


_TEN_THOUSAND = {
    "accounts": (
        """
        INSERT INTO persons (territory_id, person_id, given_name, family_name, language, search_tokens)
        SELECT '000000000', md5($1 || n)::uuid, 'sealed.v1.x', 'sealed.v1.x', 'fr', '{}'
        FROM generate_series(1, 10000) AS n WHERE $2::uuid IS NOT NULL AND $3::timestamptz IS NOT NULL
        """,
        """
        INSERT INTO presences (territory_id, person_id, siren, since)
        SELECT '000000000', md5($1 || n)::uuid, $1, $3 FROM generate_series(1, 10000) AS n
        WHERE $2::uuid IS NOT NULL
        """,
    ),
    "proofs": (
        """
        INSERT INTO documents (territory_id, document_id, person_id, audience, kind, file_name, media_type,
            size, content, state, valid_until, announced_at, decided_at)
        SELECT $1, gen_random_uuid(), $2, 'student', 'student_card', 'sealed.v1.x', 'application/pdf', 1,
            'x', 'accepted', $3::timestamptz::date, $3, $3 FROM generate_series(1, 10000)
        """,
    ),
}
