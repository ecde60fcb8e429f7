"""No table of notifications lets one territory see another's rows."""

import asyncpg
import pytest
from notifications_builders import Voice, a_fact

from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Connection
from chassis.testing import row_security_faults
from contracts.booking import BookingConfirmed
from contracts.membership import PersonAffiliated, TerritoryOpened
from notifications.feed.consumer import feed
from notifications.messages.consumer import messages
from notifications.partners import handlers as partners
from notifications.partners.handlers import IssuePartnerKey, OpenPartner, SignPartnerAgreement
from notifications.people.consumer import people
from notifications.preferences import handlers as preferences
from notifications.preferences.handlers import SetPreference
from notifications.territories.consumer import territories

TABLES = (
    "affiliations",
    "feed_counters",
    "feed_events",
    "messages",
    "notices",
    "partner_agreements",
    "partner_keys",
    "partners",
    "persons",
    "preferences",
    "territories",
)


async def plant(database: Database, voice: Voice, territory: str) -> None:
    """Leave at least one row of the territory in every table of the service."""
    person_id = await voice.person()
    booked = a_fact(BookingConfirmed, person_id=person_id, booking_id=new_id())
    await voice.tell(territories, territory, a_fact(TerritoryOpened, territory_id=territory))
    await voice.tell(
        people, territory, a_fact(PersonAffiliated, affiliation_id=new_id(), person_id=person_id)
    )
    await voice.tell(messages, territory, booked)
    await voice.tell(feed, territory, booked)
    async with database.tx(territory) as tx:
        partner = OpenPartner(partner_id=new_id(), name="CCI de l'Aude")
        await partners.open_partner(tx, partner)
        signed = a_fact_of_an_agreement()
        await partners.sign_agreement(tx, partner.partner_id, signed)
        await partners.issue_key(tx, partner.partner_id, IssuePartnerKey(key_id=new_id()), f"mlg_{new_id()}")
        refused = SetPreference(kind="booking", channel="mail", wanted=False)
        await preferences.set_preference(tx, person_id, refused)


def a_fact_of_an_agreement() -> SignPartnerAgreement:
    return SignPartnerAgreement.model_validate(
        {
            "agreement_id": new_id(),
            "topics": ["booking.bookings.v1"],
            "purpose": "Statistiques",
            "valid_from": "2026-01-01",
        }
    )


async def test_the_catalogue_shows_no_way_to_another_territory(admin: Connection) -> None:
    assert await row_security_faults(admin) == []


async def test_the_list_of_tables_is_the_catalogues(admin: Connection) -> None:
    rows = await admin.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname ~ 's$'"
        " AND c.relname NOT IN ('jwks')"
    )
    assert {row[0] for row in rows} == set(TABLES)


async def test_each_territory_sees_its_own_rows_and_none_of_the_other(
    database: Database, voice: Voice, admin: Connection, territory: str, other_territory: str
) -> None:
    for siren in (territory, other_territory):
        await plant(database, voice, siren)
    for siren, other in ((territory, other_territory), (other_territory, territory)):
        async with database.tx(siren) as tx:
            for table in TABLES:
                own = await tx.fetchval(f"SELECT count(*) FROM {table}")
                foreign = await tx.fetchval(f"SELECT count(*) FROM {table} WHERE territory_id = $1", other)
                assert own > 0, table
                assert foreign == 0, table
        assert await admin.fetchval("SELECT count(*) FROM notices WHERE territory_id = $1", other) > 0


async def test_a_territory_reads_the_persons_it_knows_and_no_others(
    database: Database, voice: Voice, territory: str, other_territory: str
) -> None:
    person_id = await voice.person()
    await voice.tell(
        people, territory, a_fact(PersonAffiliated, affiliation_id=new_id(), person_id=person_id)
    )
    for siren, seen in ((territory, 1), (other_territory, 0)):
        async with database.tx(siren) as tx:
            assert await tx.fetchval("SELECT count(*) FROM persons WHERE person_id = $1", person_id) == seen
            assert (
                await tx.fetchval("SELECT count(*) FROM subject_key WHERE person_id = $1", person_id) == seen
            )


async def test_no_row_is_written_into_another_territory(
    database: Database, territory: str, other_territory: str
) -> None:
    async with database.tx(territory) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.attempt():
                await tx.execute("INSERT INTO territories VALUES ($1, 'x', 'UTC')", other_territory)
        await tx.execute("INSERT INTO territories VALUES ($1, 'x', 'UTC')", territory)
