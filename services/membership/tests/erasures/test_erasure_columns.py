"""Every column in which a person can stand is answered for: taken away, kept on a ground, or about nobody."""

from typing import Final

from chassis.outbox import Connection
from chassis.testing_erasure import unanswered
from membership.erasures.store import TRACES

THINGS: Final = frozenset(
    [
        "act",
        "acts",
        "affiliation_id",
        "agreement_id",
        "delegation_id",
        "departements",
        "device_id",
        "document_id",
        "erasure_id",
        "grant_id",
        "grouping_siren",
        "home_class_id",
        "home_id",
        "home_qualification_id",
        "home_territory_id",
        "host_class_id",
        "import_id",
        "levels",
        "link_id",
        "machine_class_id",
        "matched_by",
        "member_id",
        "membership_id",
        "network_id",
        "operator_id",
        "organisation_id",
        "other_id",
        "other_town_code",
        "payer_organisation_id",
        "places",
        "plan_id",
        "population_source",
        "postcodes",
        "purge_id",
        "purpose",
        "qualification_id",
        "recognition_id",
        "row_id",
        "scope",
        "seat_id",
        "session_id",
        "site_ids",
        "source",
        "source_row",
        "terms",
        "titles",
        "view_id",
    ]
)
"""Ids of things, and codes of this service alone."""

ABOUT_NOBODY: Final = {
    "delegations.deed": "of two public bodies",
    "delegations.reason": "of two public bodies",
    "delegations.takings_of": "a public body",
    "desk_devices.name": "what a screen is called",
    "desk_devices.secret_hash": "of a screen",
    "erasure_answers.answer": "counts",
    "groupings.name": "a public body",
    "groupings.search_name": "a public body",
    "import_lines.made": "numbers, which lead to nobody",
    "imports.wrapped_key": "forgotten after thirty days",
    "machine_classes.name": "what a class is called",
    "membership_changes.funding": "who funds, an organisation",
    "membership_changes.reason": "a code",
    "memberships.funding": "who funds, an organisation",
    "memberships.proof": "the number of a document",
    "networks.body": "a public body",
    "networks.name": "of a network",
    "operators.identifier": "an organisation",
    "operators.name": "an organisation",
    "organisation_identifiers.value": "an organisation",
    "organisations.address": "an organisation",
    "organisations.name": "an organisation",
    "organisations.search_name": "an organisation",
    "recognitions.host_id": "a territory",
    "reference_flaws.flaw": "of public registers",
    "reference_loads.digest": "of public registers",
    "sharing_agreements.reason": "of territories",
    "site_imports.report": "of sites",
    "sites.address": "of a site",
    "sites.name": "of a site",
    "territories.name": "a territory",
    "third_places.address": "of public registers",
    "third_places.name": "of public registers",
    "towns.name": "a town",
    "towns.search_name": "a town",
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
