"""Persons in two transactions at once, and erased ones."""

import pytest
from people_builders import People, a_mail, in_turn

from chassis import privacy
from chassis.db import PLATFORM, Database, Tx
from chassis.errors import NotFound
from membership.persons import handlers
from membership.persons.handlers import ChangePerson
from membership.vault import Vault


@pytest.fixture
def vault(people: People) -> Vault:
    return Vault.in_directory(people.secrets_dir)


async def test_a_change_begun_while_another_is_under_way_builds_on_it(
    people: People, database: Database, vault: Vault
) -> None:
    person_id = await people.person()

    async def rename(tx: Tx) -> None:
        await handlers.change_person(tx, person_id, ChangePerson(given_name="Léa"), vault)

    async def call(tx: Tx) -> None:
        await handlers.change_person(tx, person_id, ChangePerson(phone="0612345678"), vault)

    assert await in_turn(database, people.admin, rename, call, people.siren) is None
    shown = (await people.get(f"persons/{person_id}")).json()
    assert (shown["given_name"], shown["phone"]) == ("Léa", "0612345678")


async def test_of_an_erased_person_nothing_is_left_to_read_or_to_change(
    people: People, database: Database, vault: Vault
) -> None:
    person_id = await people.person("Zoé", "d'Arc", mail=a_mail())
    async with database.tx(PLATFORM) as tx:
        await privacy.destroy_key(tx, person_id)
    shown = (await people.get(f"persons/{person_id}")).json()
    assert {shown[field] for field in ("given_name", "family_name", "mail", "phone", "address")} == {None}
    with pytest.raises(NotFound):
        async with database.tx(people.siren) as tx:
            await handlers.change_person(tx, person_id, ChangePerson(given_name="Zoé"), vault)
