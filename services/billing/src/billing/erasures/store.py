"""Owns the SQL of where billing holds traces of persons."""

from typing import Final

from chassis.erasure import Traces, by_number

RUNNING: Final = {
    "charge-to-invoice": """
        SELECT count(*)::int FROM charges
        WHERE territory_id = $1 AND payer_id = $2 AND state IN ('unpriced', 'pending')
    """,
    "line-running": """
        SELECT count(*)::int FROM fibre_lines
        WHERE territory_id = $1 AND customer_id = $2 AND state IN ('ordered', 'appointment_booked', 'active')
    """,
}
"""What has to be invoiced or ended before a person can be erased: an invoice needs a name."""

LATELY: Final = {
    "active-lately": """
        SELECT count(*)::int FROM invoices
        WHERE territory_id = $1 AND customer_id = $2 AND issued_on >= $3::date
    """,
}
"""What shows that a person was a customer since a day, where a rule of retention takes them for inactive."""

_ON_PLATFORM: Final = {"persons": "DELETE FROM persons WHERE territory_id = $1 AND person_id = $2"}
_IN_TERRITORY: Final = {
    "affiliations": "DELETE FROM affiliations WHERE territory_id = $1 AND person_id = $2",
    "passes": """
        UPDATE passes SET reason = ''
        WHERE territory_id = $1 AND $2 IN (holder_id, payer_id) AND state <> 'sold'
    """,
    # where a line ended may be where the person lives
    "fibre_lines": """
        UPDATE fibre_lines SET content = content || '{"address": "", "unit": null}'
        WHERE territory_id = $1 AND customer_id = $2
    """,
}

# Ten years from the end of the year of the last document: Code de commerce, art. L123-22.
_BY_LAW: Final = """
SELECT count(*)::int AS rows, (date_trunc('year', max(issued_on)) + interval '11 years')::date AS until
FROM invoices WHERE territory_id = $1 AND customer_id = $2
"""
_POSTED: Final = """
SELECT count(*)::int AS rows, (date_trunc('year', max(e.effective_on)) + interval '11 years')::date AS until
FROM postings p JOIN journal_entries e ON e.territory_id = p.territory_id AND e.entry_id = p.entry_id
WHERE p.territory_id = $1 AND p.party_id = $2
"""

TRACES: Final = Traces(
    _ON_PLATFORM,
    _IN_TERRITORY,
    {
        "invoices": ("accounting-law", _BY_LAW),
        "postings": ("accounting-law", _POSTED),
        **by_number(
            bill_runs="planned_by released_by",
            charges="payer_id",
            fibre_lines="customer_id",
            ledger_balances="party_id",
            passes="holder_id payer_id",
        ),
    },
)
"""What is taken away, what the law wants kept with names, and what stays under a number alone."""
