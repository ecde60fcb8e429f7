"""Owns the SQL of what membership no longer needs."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from chassis.db import Tx

ACCOUNTS: Final = """
WITH running AS (
    SELECT membership_id, person_id, payer_person_id, organisation_id FROM memberships
    WHERE territory_id = $1 AND (valid_until IS NULL OR valid_until > $3::timestamptz::date)
), known (person_id, day, here, held) AS (
    SELECT person_id, CASE WHEN siren = $1 THEN since::date END, siren = $1, siren <> $1 FROM presences
    WHERE territory_id = '000000000'
    UNION ALL
    SELECT party, CASE WHEN valid_until <= $3::timestamptz::date THEN valid_until ELSE valid_from END, false,
        false
    FROM memberships, unnest(ARRAY[person_id, payer_person_id]) AS party WHERE territory_id = $1
    UNION ALL
    SELECT party, NULL, false, true FROM running, unnest(ARRAY[person_id, payer_person_id]) AS party
    UNION ALL
    SELECT person_id, coalesce(taken_from, given_from), false,
        (taken_from IS NULL OR taken_from > $3::timestamptz::date)
            AND membership_id IN (SELECT membership_id FROM running)
    FROM seats WHERE territory_id = $1
    UNION ALL
    SELECT person_id, NULL, false, true FROM affiliations
    WHERE territory_id = $1 AND (valid_until IS NULL OR valid_until > $3::timestamptz::date)
        AND organisation_id IN (SELECT organisation_id FROM running WHERE organisation_id IS NOT NULL)
    UNION ALL
    SELECT person_id, greatest(valid_from, last_used_on), false, false FROM qualifications
    WHERE territory_id = $1
    UNION ALL
    SELECT person_id, greatest(announced_at, submitted_at, decided_at)::date, false, false FROM documents
    WHERE territory_id = $1
    UNION ALL
    SELECT person_id, coalesce(withdrawn_at, granted_at)::date, false, false FROM role_grants
    WHERE territory_id = $1
    UNION ALL
    SELECT person_id, NULL, false, true FROM person_roles WHERE territory_id = '000000000'
    UNION ALL
    SELECT person_id, coalesce(dismissed_from, appointed_from), false,
        dismissed_from IS NULL OR dismissed_from > $3::timestamptz::date
    FROM trainers WHERE territory_id = $1
    UNION ALL
    SELECT person_id, NULL, false, true FROM erasures
    WHERE territory_id = '000000000' AND (state <> 'held' OR inactive_since >= $2::date)
    UNION ALL
    SELECT person_id, NULL, false, true FROM sign_in_sessions
    WHERE territory_id = '000000000' AND ended_at IS NULL AND expires_at > clock_timestamp()
)
SELECT person_id AS id, 'person' AS what, max(day) AS since, bool_or(held) AS held FROM known
GROUP BY person_id HAVING bool_or(here) AND max(day) < $2::date
"""
"""Whom nothing here tells of since the cut-off. What runs holds them, another territory that knows them,
and an erasure that is under way, or was asked for up to the same day and another service holds up."""

PROOFS: Final = """
SELECT document_id AS id, 'document' AS what,
    greatest(announced_at, submitted_at, decided_at)::date AS since, state = 'submitted' AS held
FROM documents
WHERE territory_id = $1 AND (file_name <> '' OR length(content) > 0)
    AND greatest(announced_at, submitted_at, decided_at)::date < $2::date
"""
"""Documents decided upon, or announced and never handed in; one that awaits its decision is held."""


async def empty_documents(tx: Tx, document_ids: Sequence[UUID], cut_off_on: date) -> int:
    """Take away the contents and the names of files; return of how many documents."""
    status: str = await tx.execute(_EMPTY, tx.territory_id, list(document_ids), cut_off_on)
    return int(status.rpartition(" ")[2])


_EMPTY = """
UPDATE documents SET file_name = '', content = CASE WHEN content IS NULL THEN NULL ELSE ''::bytea END
WHERE territory_id = $1 AND document_id = ANY ($2) AND state <> 'submitted'
    AND (file_name <> '' OR length(content) > 0)
    AND greatest(announced_at, submitted_at, decided_at)::date < $3
"""
