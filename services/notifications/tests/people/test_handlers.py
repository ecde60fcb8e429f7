"""What the service knows of people: sealed, by territory, until their key is destroyed."""

from datetime import date
from pathlib import Path
from uuid import UUID

from notifications_builders import Voice, a_fact

from chassis.db import Database
from chassis.ids import new_id
from chassis.privacy import keys_of, know, load_or_create_kek, seal, unwrap
from contracts.booking import VisitorArrived
from contracts.membership import AffiliationEnded, PersonAffiliated, PersonChanged
from notifications.people import store
from notifications.people.consumer import people
from notifications.people.handlers import addresses, readable


async def known(database: Database, territory: str, person_id: UUID) -> None:
    async with database.tx(territory) as tx:
        await know(tx, person_id)


async def test_a_name_opens_for_a_territory_that_knows_the_person(
    voice: Voice, database: Database, territory: str, other_territory: str
) -> None:
    person_id = await voice.person(given="Zoé", mail="zoe@example.org", language="en")
    await known(database, territory, person_id)
    async with database.tx(territory) as tx:
        address = (await addresses(tx, [person_id]))[person_id]
        assert (address.given_name, address.family_name, address.mail) == (
            "Zoé",
            "L'Étoile",
            "zoe@example.org",
        )
        assert address.language == "en"
        assert "Zoé" not in repr(address)
    async with database.tx(other_territory) as tx:
        assert await addresses(tx, [person_id]) == {}
        [contact] = await store.contacts(tx, [person_id])
        assert contact.standing == "unheard"


async def test_a_destroyed_key_erases_and_a_later_change_brings_nothing_back(
    voice: Voice, database: Database, territory: str
) -> None:
    person_id = await voice.person()
    await known(database, territory, person_id)
    await voice.erase(person_id)
    changed = a_fact(
        PersonChanged, person_id=person_id, given_name="sealed.v1.eA", family_name="sealed.v1.eA", mail=None
    )
    await voice.tell(people, "000000000", changed)
    async with database.tx(territory) as tx:
        assert await addresses(tx, [person_id]) == {}
        [contact] = await store.contacts(tx, [person_id])
        assert contact.standing == "erased"


async def test_an_affiliation_counts_until_its_end(voice: Voice, database: Database, territory: str) -> None:
    person_id = await voice.person()
    joined = a_fact(
        PersonAffiliated,
        affiliation_id=new_id(),
        person_id=person_id,
        role="administrator",
        valid_from="2026-03-01",
        valid_until=None,
    )
    ended = AffiliationEnded(
        affiliation_id=joined.affiliation_id,
        person_id=person_id,
        organisation_id=joined.organisation_id,
        ended_on=date(2026, 5, 1),
    )
    await voice.tell(people, territory, joined, ended)
    async with database.tx(territory) as tx:
        for day, found in ((date(2026, 2, 28), []), (date(2026, 4, 30), [person_id]), (date(2026, 5, 1), [])):
            assert await store.representatives(tx, joined.organisation_id, day) == found
        [contact] = await store.contacts(tx, [person_id])
        assert (contact.standing, contact.has_mail) == ("known", True)


async def test_two_people_are_contacts_each_once(voice: Voice, database: Database, territory: str) -> None:
    first, second = await voice.person(), await voice.person(mail=None)
    async with database.tx(territory) as tx:
        await know(tx, first, second)
        found = await store.contacts(tx, [second, first, second])
        assert [(each.person_id, each.has_mail) for each in found] == [(first, True), (second, False)]
        assert await store.contacts(tx, []) == []
        assert await addresses(tx, []) == {}


async def test_a_visitors_name_opens_for_a_letter_and_is_gone_with_the_hosts_key(
    voice: Voice, database: Database, secrets_dir: Path, territory: str
) -> None:
    host = await voice.person()
    await known(database, territory, host)
    async with database.tx(territory) as tx:
        key = unwrap(load_or_create_kek(secrets_dir), (await keys_of(tx, [host]))[host])
        content = {"host_id": str(host), "visitor_name": seal(key, host, "visitor_name", "Noé d'Ici")}
        assert (await readable(tx, VisitorArrived.type, content))["visitor_name"] == "Noé d'Ici"
    await voice.erase(host)
    async with database.tx(territory) as tx:
        assert (await readable(tx, VisitorArrived.type, content))["visitor_name"] is None
