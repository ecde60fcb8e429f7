"""Signing in by two transactions at once: tries are counted and tokens rotate one after the other."""

import pytest
from people_builders import People, a_mail, in_turn

from chassis.db import PLATFORM, Database, Tx
from chassis.testing_door import ISSUER
from membership.accounts import handlers
from membership.accounts.handlers import AskForLink, Outcome, Refresh, SignIn
from membership.accounts.model import WRONG_CODES
from membership.accounts.ports import Keys

HERE = "192.0.2.1"


@pytest.fixture
def keys(people: People) -> Keys:
    return Keys.in_directory(ISSUER, people.secrets_dir)


async def code_for(mail: str, database: Database, people: People, keys: Keys) -> str:
    """Ask for a link and return its code, as the mail would."""
    async with database.tx(PLATFORM) as tx:
        await handlers.ask_for_link(tx, AskForLink(mail=mail), HERE, keys)
    newest = "SELECT link_id FROM sign_in_links ORDER BY link_id DESC LIMIT 1"
    return keys.sign_in.code(await people.admin.fetchval(newest))


async def test_a_right_code_that_comes_while_the_last_wrong_one_is_counted_is_refused(
    people: People, database: Database, keys: Keys
) -> None:
    mail = a_mail()
    await people.person(mail=mail)
    right = await code_for(mail, database, people, keys)
    wrong = "000000" if right != "000000" else "000001"

    async def try_code(tx: Tx, code: str) -> Outcome:
        return await handlers.sign_in(tx, SignIn(mail=mail, code=code), HERE, keys)

    for _ in range(WRONG_CODES - 1):
        async with database.tx(PLATFORM) as tx:
            assert (await try_code(tx, wrong)).root is None
    outcome = await in_turn(
        database, people.admin, lambda tx: try_code(tx, wrong), lambda tx: try_code(tx, right), PLATFORM
    )
    assert outcome.root is None


async def test_a_refresh_that_comes_while_another_uses_its_token_ends_the_sign_in(
    people: People, database: Database, keys: Keys
) -> None:
    mail = a_mail()
    await people.person(mail=mail)
    code = await code_for(mail, database, people, keys)
    async with database.tx(PLATFORM) as tx:
        signed_in = (await handlers.sign_in(tx, SignIn(mail=mail, code=code), HERE, keys)).root
    assert signed_in
    token = Refresh(refresh_token=signed_in.refresh_token)

    async def use(tx: Tx) -> Outcome:
        return await handlers.refresh(tx, token, keys)

    outcome = await in_turn(database, people.admin, use, use, PLATFORM)
    assert outcome.root is None
    ended = await people.admin.fetchval(
        "SELECT end_reason FROM sign_in_sessions WHERE person_id = $1", signed_in.person_id
    )
    assert ended == "token used twice"
