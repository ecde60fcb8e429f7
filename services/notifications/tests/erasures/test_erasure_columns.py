"""Every column in which a person can stand is answered for: taken away, kept on a ground, or about nobody."""

from typing import Final

from chassis.outbox import Connection
from chassis.testing_erasure import unanswered
from notifications.erasures.store import TRACES

THINGS: Final = frozenset(
    [
        "affiliation_id",
        "agreement_id",
        "event_types",
        "key_id",
        "message_id",
        "notice_id",
        "organisation_id",
        "partner_id",
    ]
)
"""Ids of things, and codes of this service alone."""

ABOUT_NOBODY: Final = {
    "partner_agreements.end_reason": "of an agreement",
    "partner_agreements.purpose": "of an agreement",
    "partner_keys.digest": "the secret of a partner",
    "partner_keys.hint": "the secret of a partner",
    "partners.name": "of a partner",
    "territories.name": "a territory",
}
"""Columns that say nothing of a person, and why."""


async def test_every_column_that_can_hold_a_person_is_answered_for(admin: Connection) -> None:
    assert await unanswered(admin, TRACES, ABOUT_NOBODY, THINGS) == (set(), set())


async def test_a_column_that_nobody_named_is_found(admin: Connection) -> None:
    async with admin.transaction():
        await admin.execute("CREATE TABLE mentors (territory_id text, mentor_id uuid, praise text)")
        found, _ = await unanswered(admin, TRACES, ABOUT_NOBODY, THINGS)
        await admin.execute("DROP TABLE mentors")
    assert found == {"mentors.mentor_id", "mentors.praise"}
