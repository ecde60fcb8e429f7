"""Signing in by mail: links and codes that work once, answers that tell nobody anything."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from membership_builders import code
from people_builders import Mailbox, People, a_mail, a_mailbox, opened, the_post

from chassis.db import Database
from chassis.effects import Effects
from chassis.ids import new_id
from chassis.testing import new_territory
from chassis.testing_door import ISSUER
from chassis.tokens import Signer, Verifier
from membership.accounts.model import MAILS_AT_ONCE, WRONG_CODES


@dataclass
class Desk:
    """What somebody who signs in needs: the platform, its post and their mailbox."""

    people: People
    mailbox: Mailbox
    effects: Effects

    async def link(self, mail: str, language: str = "fr") -> tuple[str, str]:
        """Ask for a mail, read it, and return its token and code."""
        assert (await self.people.ask(mail, language)).status_code == 202
        return await self.read(mail)

    async def read(self, mail: str) -> tuple[str, str]:
        await self.effects.work()
        text = self.mailbox.to(mail)[-1].get_content()
        token = re.search(r"https://maillage\.example/sign-in\?token=([\w-]+)", text)
        digits = re.search(r"\b(\d{6})\b", text)
        assert token, text
        assert digits, text
        return token[1], digits[1]

    async def sign_in(self, **body: str) -> httpx.Response:
        return await self.people.api.post("/v1/sign-ins", {}, **body)

    async def refresh(self, token: str, **body: str) -> httpx.Response:
        return await self.people.api.post("/v1/sign-ins/refresh", {}, refresh_token=token, **body)


@pytest.fixture
async def desk(people: People, worker_database: Database) -> AsyncIterator[Desk]:
    async with a_mailbox() as mailbox:
        await people.admin.execute("DELETE FROM effect")
        await people.admin.execute("DELETE FROM sign_in_counts")
        yield Desk(people, mailbox, the_post(worker_database, people.secrets_dir, mailbox.port))


async def test_the_mailed_link_signs_in_with_the_roles_of_now(desk: Desk) -> None:
    mail = a_mail()
    person_id = await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    answer = await desk.sign_in(token=token)
    assert answer.status_code == 200, answer.text
    signed_in = answer.json()
    assert (signed_in["token_type"], signed_in["expires_in"]) == ("Bearer", 600)
    verifier = Verifier(ISSUER)
    verifier.trust((await desk.people.api.get("/.well-known/jwks.json", {})).json())
    principal = await verifier.principal(signed_in["access_token"])
    assert principal.person_id == person_id
    assert [(grant.territory_id, grant.role) for grant in principal.grants] == [(desk.people.siren, "member")]
    me = await desk.people.get("/v1/me", {"Authorization": f"Bearer {signed_in['access_token']}"})
    assert me.json()["family_name"] == "d'Arc"
    assert [each["territory_id"] for each in me.json()["territories"]] == [desk.people.siren]
    assert me.json()["roles"] == [
        {"territory": desk.people.siren, "role": "member", "site": None, "operator": None}
    ]


async def test_the_mail_speaks_the_language_asked_for_and_keeps_its_name_when_sent_again(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    await desk.link(mail, "en")
    english = desk.mailbox.to(mail)[-1]
    assert english["Subject"] == "Your sign-in to Maillage"
    await desk.people.admin.execute("UPDATE effect SET state = 'pending', next_at = '-infinity'")
    await desk.effects.work()
    assert len(desk.mailbox.to(mail)) == 1, "the address is forgotten once the mail has left"
    await desk.link(mail)
    french = desk.mailbox.to(mail)[-1]
    assert french["Subject"] == "Votre connexion à Maillage"
    assert french["Message-ID"] != english["Message-ID"]


async def test_a_mail_that_did_not_leave_is_sent_again_with_the_same_name(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    desk.mailbox.refuse = 451
    await desk.people.ask(mail)
    await desk.effects.work()
    row = await desk.people.admin.fetchrow(
        "SELECT effect_id, state, data::text FROM effect WHERE state = 'pending'"
    )
    assert row
    assert mail not in row["data"]
    desk.mailbox.refuse = 0
    await desk.people.admin.execute("UPDATE effect SET next_at = '-infinity' WHERE state = 'pending'")
    await desk.effects.work()
    (sent,) = desk.mailbox.to(mail)
    assert sent["Message-ID"] == f"<sign-in.{row['effect_id']}@maillage.example>"
    data = await desk.people.admin.fetchval(
        "SELECT data::text FROM effect WHERE effect_id = $1", row["effect_id"]
    )
    assert data == "{}"


async def test_a_mailbox_that_is_not_there_is_given_up_and_forgotten(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    desk.mailbox.refuse = 550
    await desk.people.ask(mail)
    await desk.effects.work()
    row = await desk.people.admin.fetchrow("SELECT state, data::text, error FROM effect")
    assert row
    assert (row["state"], row["data"]) == ("dead", "{}")
    assert mail not in row["error"]


async def test_a_link_that_expired_before_the_relay_took_its_mail_is_not_sent(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    await desk.people.ask(mail)
    await desk.people.admin.execute(
        "UPDATE effect SET data = data || '{\"expires_at\": 1}' WHERE state = 'pending'"
    )
    await desk.effects.work()
    assert desk.mailbox.to(mail) == []


async def test_the_answer_and_the_work_are_the_same_for_an_address_that_nobody_has(desk: Desk) -> None:
    known, unknown = a_mail(), a_mail()
    await desk.people.person(mail=known)
    answers = [await desk.people.ask(mail) for mail in (known, unknown)]
    assert answers[0].content == answers[1].content
    assert dict(answers[0].headers) == dict(answers[1].headers)
    assert await desk.people.admin.fetchval("SELECT count(*) FROM effect WHERE state = 'pending'") == 2
    await desk.effects.work()
    assert [len(desk.mailbox.to(mail)) for mail in (known, unknown)] == [1, 0]
    tries = [await desk.sign_in(mail=mail, code="000000") for mail in (known, unknown, a_mail())]
    assert {(answer.status_code, answer.content) for answer in tries} == {(401, tries[0].content)}
    assert code(tries[0]) == "sign-in-refused"


async def test_the_code_signs_in_where_the_link_does_not_reach(desk: Desk) -> None:
    mail = a_mail()
    person_id = await desk.people.person(mail=mail)
    _, digits = await desk.link(mail)
    answer = await desk.sign_in(mail=mail.upper(), code=f" {digits} ")
    assert answer.json()["person_id"] == str(person_id)
    assert (await desk.sign_in(mail=mail, code=digits)).status_code == 401


async def test_a_link_works_once_also_for_two_who_press_at_once(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, digits = await desk.link(mail)
    answers = await asyncio.gather(*(desk.sign_in(token=token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    assert (await desk.sign_in(token=token)).status_code == 401
    assert (await desk.sign_in(mail=mail, code=digits)).status_code == 401


async def test_an_old_link_is_refused_and_a_new_one_works(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, digits = await desk.link(mail)
    await desk.people.admin.execute("UPDATE sign_in_links SET expires_at = clock_timestamp()")
    for body in ({"token": token}, {"mail": mail, "code": digits}):
        refused = await desk.sign_in(**body)
        assert (refused.status_code, code(refused)) == (401, "sign-in-refused")
        assert refused.json()["cure"] == "Ask for a new mail."
    token, _ = await desk.link(mail)
    assert (await desk.sign_in(token=token)).status_code == 200


async def test_after_five_wrong_codes_the_right_one_is_refused_however_they_arrive(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, digits = await desk.link(mail)
    wrong = [f"{n:06d}" for n in range(WRONG_CODES + 1) if f"{n:06d}" != digits][:WRONG_CODES]
    answers = await asyncio.gather(*(desk.sign_in(mail=mail, code=each) for each in wrong))
    assert {answer.status_code for answer in answers} == {401}
    assert (await desk.sign_in(mail=mail, code=digits)).status_code == 401
    assert (await desk.sign_in(token=token)).status_code == 200, "the link needs no code"


async def test_a_mailbox_gets_five_mails_in_a_quarter_of_an_hour_and_the_answer_stays_the_same(
    desk: Desk,
) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    answers = [await desk.people.ask(mail) for _ in range(MAILS_AT_ONCE.times + 2)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    await desk.effects.work()
    assert len(desk.mailbox.to(mail)) == MAILS_AT_ONCE.times


async def test_an_address_that_tries_in_vain_too_often_has_to_wait(desk: Desk) -> None:
    answers = [await desk.sign_in(token="x") for _ in range(51)]
    assert [answer.status_code for answer in answers] == [401] * 50 + [429]
    assert code(answers[-1]) == "too-many-requests"
    assert 1 <= answers[-1].json()["values"]["retry_after"] <= 900


async def test_a_refresh_gives_new_tokens_and_an_old_one_that_comes_back_ends_the_sign_in(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    first = (await desk.sign_in(token=token)).json()["refresh_token"]
    second = (await desk.refresh(first)).json()["refresh_token"]
    third = (await desk.refresh(second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    stolen = await desk.refresh(first)
    assert (stolen.status_code, code(stolen)) == (401, "session-over")
    assert (await desk.refresh(third)).status_code == 401
    reason = await desk.people.admin.fetchval(
        "SELECT end_reason FROM sign_in_sessions WHERE end_reason IS NOT NULL ORDER BY ended_at DESC LIMIT 1"
    )
    assert reason == "token used twice"


async def test_two_refreshes_with_one_token_at_once_end_the_sign_in(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    first = (await desk.sign_in(token=token)).json()["refresh_token"]
    answers = await asyncio.gather(*(desk.refresh(first) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    winner = min(answers, key=lambda answer: answer.status_code).json()["refresh_token"]
    assert (await desk.refresh(winner)).status_code == 401


async def test_signing_out_ends_it_and_answers_the_same_for_any_token(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    refresh_token = (await desk.sign_in(token=token)).json()["refresh_token"]
    for each in (refresh_token, refresh_token, "x"):
        answer = await desk.people.api.post("/v1/sign-outs", {}, refresh_token=each)
        assert (answer.status_code, answer.content) == (204, b"")
    assert (await desk.refresh(refresh_token)).status_code == 401


async def test_a_sign_in_ends_by_itself_and_by_an_idle_month(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    refresh_token = (await desk.sign_in(token=token)).json()["refresh_token"]
    await desk.people.admin.execute("UPDATE sign_in_sessions SET expires_at = clock_timestamp()")
    assert (await desk.refresh(refresh_token)).status_code == 401


async def test_a_walk_in_becomes_a_member_who_signs_in_as_the_same_person(desk: Desk) -> None:
    person_id, mail = await desk.people.person("Zoé", "d'Arc"), a_mail()
    await desk.people.ask(mail)
    await desk.effects.work()
    assert desk.mailbox.to(mail) == []
    assert (await desk.people.post(f"persons/{person_id}/change", mail=mail)).status_code == 200
    token, _ = await desk.link(mail)
    assert (await desk.sign_in(token=token)).json()["person_id"] == str(person_id)
    theirs = await desk.people.post(f"persons/{person_id}/change", mail=a_mail())
    assert (theirs.status_code, code(theirs)) == (409, "mail-settled")
    assert (await desk.people.post(f"persons/{person_id}/change", given_name="Léa")).status_code == 200


async def test_one_mail_address_known_in_two_territories_leads_to_both_records(
    desk: Desk, database: Database
) -> None:
    mail, there = a_mail(), desk.people.at(new_territory())
    await opened(database, there.siren)
    here_id, there_id = await desk.people.person(mail=mail), await there.person("Zoe", "d Arc", mail=mail)
    token, _ = await desk.link(mail)
    signed_in = (await desk.sign_in(token=token)).json()
    assert signed_in["person_id"] == str(here_id)
    assert signed_in["persons"] == [
        {"person_id": str(here_id), "territories": [desk.people.siren]},
        {"person_id": str(there_id), "territories": [there.siren]},
    ]
    switched = await desk.refresh(signed_in["refresh_token"], person_id=str(there_id))
    assert switched.json()["person_id"] == str(there_id)
    other = await desk.refresh(switched.json()["refresh_token"], person_id=str(await desk.people.person()))
    assert (other.status_code, code(other)) == (404, "person-of-another-mail")
    assert (await desk.refresh(switched.json()["refresh_token"])).status_code == 200


async def test_the_mail_goes_to_the_address_that_was_registered_not_to_one_that_compares_equal(
    desk: Desk,
) -> None:
    mail = a_mail("strasse")
    await desk.people.person(mail=mail)
    lookalike = mail.replace("ss", "ß")
    await desk.people.ask(lookalike)
    await desk.effects.work()
    assert desk.mailbox.to(lookalike) == []
    assert len(desk.mailbox.to(mail)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": "x", "mail": "a@b.cc", "code": "123456"},
        {"mail": "a@b.cc"},
        {"code": "123456"},
        {"token": "x", "mail": "a@b.cc"},
        {"mail": "a@b.cc", "code": "12345"},
    ],
)
async def test_half_a_sign_in_is_refused(desk: Desk, body: dict[str, str]) -> None:
    answer = await desk.sign_in(**body)
    assert (answer.status_code, code(answer)) == (422, "invalid")


async def test_no_secret_of_signing_in_rests_in_the_database(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    await desk.people.ask(mail)
    data = await desk.people.admin.fetchval("SELECT data::text FROM effect WHERE state = 'pending'")
    token, digits = await desk.read(mail)
    signed_in = (await desk.sign_in(token=token)).json()
    assert digits not in data
    for secret in (token, signed_in["refresh_token"], signed_in["access_token"], mail):
        assert secret not in data
        for table in ("sign_in_links", "sign_in_sessions", "idempotency", "effect", "event_log", "audit"):
            count = await desk.people.admin.fetchval(
                f"SELECT count(*) FROM {table} t WHERE position($1 IN t::text) > 0"
                " OR position(encode(convert_to($1, 'UTF8'), 'hex') IN t::text) > 0",
                secret,
            )
            assert count == 0, table


async def test_what_is_over_for_two_days_is_forgotten_when_somebody_asks(desk: Desk) -> None:
    mail = a_mail()
    await desk.people.person(mail=mail)
    token, _ = await desk.link(mail)
    await desk.sign_in(token=token)
    await desk.people.admin.execute(
        "UPDATE sign_in_links SET expires_at = expires_at - interval '3 days';"
        "UPDATE sign_in_sessions SET expires_at = expires_at - interval '60 days';"
        "UPDATE sign_in_counts SET starts_at = starts_at - interval '3 days'"
    )
    unknown = a_mail()
    await desk.people.ask(unknown)
    tables = {"sign_in_links": 1, "sign_in_sessions": 0, "sign_in_counts": 3}
    for table, left in tables.items():
        assert await desk.people.admin.fetchval(f"SELECT count(*) FROM {table}") == left, table


async def test_a_stranger_is_told_nothing_of_themselves(people: People) -> None:
    assert (await people.get("/v1/me", {"X": "y"})).status_code == 401
    token = Signer.in_directory(ISSUER, people.secrets_dir)
    assert token.jwks()["keys"][0]["kty"] == "EC"
    assert (await people.get("/v1/me", people.myself(new_id()))).status_code == 404
