"""Roles in two transactions at once."""

from uuid import UUID

from people_builders import People, a_mail, in_turn

from chassis.db import Database, Tx
from chassis.ids import new_id
from membership.roles import handlers
from membership.roles.handlers import GrantRole
from membership.roles.model import LastAdministrator


async def test_an_administrator_who_leaves_while_another_is_leaving_is_the_last(
    people: People, database: Database
) -> None:
    grants: list[UUID] = []
    for _ in range(2):
        person_id = await people.person(mail=a_mail())
        wanted = GrantRole(grant_id=new_id(), person_id=person_id, role="territory-administrator")
        async with database.tx(people.siren) as tx:
            await handlers.grant_role(tx, wanted)
        grants.append(wanted.grant_id)

    async def leave_first(tx: Tx) -> None:
        await handlers.withdraw_administrator(tx, grants[0])

    async def leave_second(tx: Tx) -> None:
        await handlers.withdraw_administrator(tx, grants[1])

    assert isinstance(
        await in_turn(database, people.admin, leave_first, leave_second, people.siren), LastAdministrator
    )
