"""Affiliations in two transactions at once."""

from datetime import date

from people_builders import People, in_turn

from chassis.db import Database, Tx
from membership.affiliations import handlers
from membership.affiliations.handlers import EndAffiliation
from membership.affiliations.model import AdministratorMissing


async def test_an_administrator_who_leaves_while_another_is_leaving_is_the_last(
    people: People, database: Database
) -> None:
    organisation = await people.organisation()
    first, second = [await people.affiliate(await people.person(), organisation) for _ in range(2)]
    await people.affiliate(await people.person(), organisation, "employee")
    end = EndAffiliation(ended_on=date(2026, 5, 1))

    async def leave_first(tx: Tx) -> None:
        await handlers.end_affiliation(tx, first, end)

    async def leave_second(tx: Tx) -> None:
        await handlers.end_affiliation(tx, second, end)

    assert isinstance(
        await in_turn(database, people.admin, leave_first, leave_second, people.siren), AdministratorMissing
    )
