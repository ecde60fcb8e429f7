"""The audit holds a decision if and only if its transaction committed."""

import pytest

from chassis import audit
from chassis.db import Database
from chassis.ids import new_id
from chassis.outbox import Cause
from chassis.outbox import Connection as Admin

ROWS = "SELECT actor_id, action, object, decision, reason, correlation_id FROM audit WHERE territory_id = $1"


async def test_a_decision_is_recorded_with_who_and_why(
    database: Database, admin: Admin, territory: str
) -> None:
    cause = Cause(correlation_id=new_id(), actor_id="someone")
    async with database.tx(territory, cause=cause) as tx:
        await audit.record(tx, "thing:touch", "thing/l'été", "allowed", "hub-manager")
    rows = [tuple(row) for row in await admin.fetch(ROWS, territory)]
    assert rows == [("someone", "thing:touch", "thing/l'été", "allowed", "hub-manager", cause.correlation_id)]


async def test_an_act_that_fails_leaves_no_record(database: Database, admin: Admin, territory: str) -> None:
    with pytest.raises(RuntimeError):
        async with database.tx(territory) as tx:
            await audit.record(tx, "thing:touch", "thing/1", "allowed", "finance")
            raise RuntimeError
    assert await admin.fetch(ROWS, territory) == []


async def test_a_territory_reads_its_own_audit_only(
    database: Database, territory: str, other_territory: str
) -> None:
    async with database.tx(territory) as tx:
        await audit.record(tx, "thing:touch", "thing/1", "denied", "elsewhere")
    async with database.tx(other_territory) as tx:
        assert await tx.fetch(ROWS, territory) == []
