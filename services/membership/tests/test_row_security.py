"""The catalogue of the migrated database holds every table to its territories."""

from chassis.outbox import Connection
from chassis.testing import row_security_faults


async def test_no_table_of_membership_shows_a_territory_the_rows_of_another(admin: Connection) -> None:
    assert await row_security_faults(admin) == []


async def test_a_table_left_open_would_be_found(admin: Connection) -> None:
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("ALTER TABLE sites NO FORCE ROW LEVEL SECURITY")
    found = await row_security_faults(admin)
    await transaction.rollback()
    assert found == ["table sites does not force row security on its owner"]
