"""Every column in which a person can stand is answered for: taken away, kept on a ground, or about nobody."""

from typing import Final

from billing.erasures.store import TRACES
from chassis.outbox import Connection
from chassis.testing_erasure import unanswered

THINGS: Final = frozenset(
    [
        "affiliation_id",
        "bill_run_id",
        "blocked",
        "cause_id",
        "charge_id",
        "charge_ids",
        "conflict_id",
        "entry_id",
        "invoice_id",
        "invoice_number",
        "issuer_id",
        "item",
        "line_id",
        "membership_id",
        "organisation_id",
        "price_book_id",
        "price_mode",
        "sale_id",
        "source_id",
        "source_kind",
        "zone_id",
    ]
)
"""Ids of things, and codes of this service alone."""

ABOUT_NOBODY: Final = {
    "bill_runs.plan_digest": "a digest of numbers",
    "charge_conflicts.usage": "numbers, which lead to nobody",
    "charges.said": "numbers, which lead to nobody",
    "charges.usage": "numbers, which lead to nobody",
    "charges.why": "how the price was found",
    "document_chains.last_hash": "a digest that the law wants",
    "fibre_zones.content": "where fibre is laid",
    "fibre_zones.name": "what a zone is called",
    "invoice_files.pdf": "kept by law with its invoice",
    "invoices.content": "kept by law, and counted as such",
    "invoices.document_digest": "a digest that the law wants",
    "invoices.hash": "a digest that the law wants",
    "invoices.previous_hash": "a digest that the law wants",
    "issuers.content": "a public body",
    "issuers.name": "a public body",
    "organisations.address": "of an organisation",
    "organisations.identifiers": "of an organisation",
    "organisations.name": "of an organisation",
    "passes.content": "what was sold, under numbers",
    "planned_invoices.customer": "a number",
    "price_versions.deliberation": "of a public body",
    "price_versions.name": "what prices are called",
    "prices.content": "a price",
    "sites.address": "of a site",
    "sites.name": "of a site",
    "subscriptions.changes": "plans and numbers",
    "subscriptions.suspensions": "days",
    "subscriptions.told": "plans and numbers",
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
