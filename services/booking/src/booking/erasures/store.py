"""Owns the SQL of where booking holds traces of persons."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.erasure import Traces, by_number


async def reached(tx: Tx, person_id: UUID, territories: Sequence[str]) -> list[str]:
    """Return these territories, and those that gave the person a seat in a session."""
    found = set(territories)
    for siren in territories:
        async with tx.beside(siren):
            found.update(row[0] for row in await tx.fetch(_HOSTS, siren, person_id))
    return sorted(found)


_HOSTS: Final = """
SELECT DISTINCT s.host_territory_id FROM shared_seats e
JOIN shared_sessions s ON s.territory_id = e.territory_id AND s.session_id = e.session_id
WHERE e.territory_id = $1 AND e.person_id = $2
"""

RUNNING: Final = {
    "booking-to-come": """
        SELECT count(*)::int FROM bookings
        WHERE territory_id = $1 AND person_id = $2 AND ends_at > $3 AND session_id IS NULL
            AND state IN ('held', 'requested', 'confirmed', 'checked_in')
    """,
    "machine-in-use": """
        SELECT count(*)::int FROM usages WHERE territory_id = $1 AND person_id = $2 AND state = 'open'
    """,
    "registration-to-come": """
        SELECT count(*)::int FROM registrations r
        JOIN sessions s ON s.territory_id = r.territory_id AND s.session_id = r.session_id
        WHERE r.territory_id = $1 AND r.person_id = $2 AND r.state IN ('registered', 'offered', 'waiting')
            AND s.state = 'scheduled' AND s.ends_at > $3
    """,
    "seat-elsewhere": """
        SELECT count(*)::int FROM shared_seats e
        JOIN shared_sessions s ON s.territory_id = e.territory_id AND s.session_id = e.session_id
        WHERE e.territory_id = $1 AND e.person_id = $2 AND e.state = 'granted' AND s.state = 'scheduled'
            AND s.ends_at > $3
    """,
    "session-to-lead": """
        SELECT count(*)::int FROM sessions
        WHERE territory_id = $1 AND trainer_id = $2 AND state = 'scheduled' AND ends_at > $3
    """,
    "credits-unspent": """
        SELECT count(*)::int FROM credit_lots l WHERE territory_id = $1 AND person_id = $2 AND state = 'open'
            AND (SELECT balance FROM credit_entries e WHERE e.territory_id = $1 AND e.lot_id = l.lot_id
                 ORDER BY seq DESC LIMIT 1) > 0
    """,
    "badge-held": """
        SELECT count(*)::int FROM badges WHERE territory_id = $1 AND person_id = $2 AND taken_at IS NULL
    """,
}
"""What has to end before a person can be erased."""

LATELY: Final = {
    "active-lately": """
        SELECT (SELECT count(*) FROM bookings WHERE territory_id = $1 AND person_id = $2
                AND ends_at >= $3::date)::int
            + (SELECT count(*) FROM usages WHERE territory_id = $1 AND person_id = $2
                AND started_at >= $3::date)::int
            + (SELECT count(*) FROM registrations WHERE territory_id = $1 AND person_id = $2
                AND asked_at >= $3::date)::int
            + (SELECT count(*) FROM visits WHERE territory_id = $1 AND host_id = $2
                AND expected_at >= $3::date)::int
    """,
}
"""What shows that a person was here since a day, where a rule of retention takes them for inactive."""

_ON_PLATFORM: Final = {"persons": "DELETE FROM persons WHERE territory_id = $1 AND person_id = $2"}
_IN_TERRITORY: Final = {
    "visits": "UPDATE visits SET visitor_name = '' WHERE territory_id = $1 AND host_id = $2",
    "deliveries": "UPDATE deliveries SET sender = NULL WHERE territory_id = $1 AND sealed_for = $2",
    # beside its reason, a booking may call a resource that stands for a leader by their name
    "bookings": """
        WITH leads AS (
            SELECT resource_id::text AS id FROM person_resources WHERE territory_id = $1 AND person_id = $2)
        UPDATE bookings b SET reason = CASE WHEN b.person_id = $2 THEN NULL ELSE b.reason END,
            with_resources = coalesce((
                SELECT jsonb_agg(CASE WHEN w ->> 'resource_id' IN (SELECT id FROM leads)
                    THEN w || '{"name": ""}' ELSE w END ORDER BY place)
                FROM jsonb_array_elements(b.with_resources) WITH ORDINALITY AS beside (w, place)), '[]')
        WHERE b.territory_id = $1 AND (b.person_id = $2 AND b.reason IS NOT NULL OR EXISTS (
            SELECT FROM leads
            WHERE b.with_resources @> jsonb_build_array(jsonb_build_object('resource_id', id))))
    """,
    "strikes": """
        UPDATE strikes SET lift_reason = ''
        WHERE territory_id = $1 AND person_id = $2 AND lifted_at IS NOT NULL
    """,
    "registrations": """
        UPDATE registrations SET guests = array_fill(''::text, ARRAY[cardinality(guests)]),
            reason = CASE WHEN reason IS NULL THEN NULL ELSE '' END
        WHERE territory_id = $1 AND person_id = $2
    """,
    "usages": """
        UPDATE usages SET reason = NULL WHERE territory_id = $1 AND person_id = $2 AND reason IS NOT NULL
    """,
    "incidents": "UPDATE incidents SET words = '' WHERE territory_id = $1 AND reported_by = $2",
    "maintenances": "UPDATE maintenances SET note = '' WHERE territory_id = $1 AND done_by = $2",
    # what stands for a leader may be called by their name
    "resources": """
        UPDATE resources r SET name = '' FROM person_resources p WHERE r.territory_id = $1
            AND p.territory_id = $1 AND p.resource_id = r.resource_id AND p.person_id = $2
    """,
    "badges": "UPDATE badges SET digest = '' WHERE territory_id = $1 AND person_id = $2",
    "qualifications": "DELETE FROM qualifications WHERE territory_id = $1 AND person_id = $2",
    "calendars": "DELETE FROM calendars WHERE territory_id = $1 AND owner_id = $2",
    "affiliations": "DELETE FROM affiliations WHERE territory_id = $1 AND person_id = $2",
    "approval_delegations": "DELETE FROM approval_delegations WHERE territory_id = $1 AND person_id = $2",
    "wrong_codes": "DELETE FROM wrong_codes WHERE territory_id = $1 AND person_id = $2",
}
# Signatures are never changed: the typed names stay, sealed under the key of who registered.
_SIGNED: Final = """
SELECT count(*)::int AS rows FROM attendances a
JOIN registrations r ON r.territory_id = a.territory_id AND r.registration_id = a.registration_id
WHERE a.territory_id = $1 AND (r.person_id = $2 AND a.signed_as IS NOT NULL OR a.recorded_by = $2)
"""
_KEPT: Final = {
    **by_number(
        badges="person_id",
        bookings="person_id payer_person_id",
        credit_lots="person_id",
        deliveries="person_id sealed_for handed_to",
        incidents="reported_by",
        maintenances="done_by",
        memberships="person_id payer_person_id",
        permissions="person_id",
        purges="purged_by",
        person_resources="person_id",
        registrations="person_id payer_person_id",
        seats="person_id",
        series="person_id",
        sessions="trainer_id",
        shared_seats="person_id",
        strikes="person_id",
        usages="person_id payer_person_id",
        visits="host_id",
        waitlist_entries="person_id payer_person_id",
    ),
    "attendances": ("key-destroyed", _SIGNED),
}

TRACES: Final = Traces(_ON_PLATFORM, _IN_TERRITORY, _KEPT)
"""What is taken away, and what stays sealed, or under a number that leads to nobody any more."""
