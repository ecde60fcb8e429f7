"""Owns the SQL of where notifications holds traces of persons."""

from typing import Final

from chassis.erasure import Traces

_ON_PLATFORM: Final = {"persons": "DELETE FROM persons WHERE territory_id = $1 AND person_id = $2"}
_IN_TERRITORY: Final = {
    "messages": "DELETE FROM messages WHERE territory_id = $1 AND person_id = $2",
    # a notice to many, or to an organisation, stays for the others it was for
    "notices": """
        DELETE FROM notices n WHERE n.territory_id = $1 AND n.person_id = $2 AND NOT EXISTS (
            SELECT FROM messages m WHERE m.territory_id = $1 AND m.notice_id = n.notice_id)
    """,
    "preferences": "DELETE FROM preferences WHERE territory_id = $1 AND person_id = $2",
    "affiliations": "DELETE FROM affiliations WHERE territory_id = $1 AND person_id = $2",
    "partners": """
        UPDATE partners SET contact_person_id = NULL WHERE territory_id = $1 AND contact_person_id = $2
    """,
    # what staff wrote about the person; the event itself stays, so that no reader loses its place
    "feed_events": """
        UPDATE feed_events SET event = (event::jsonb #- '{data,reason}')::json
        WHERE territory_id = $1 AND event::jsonb #> '{data,reason}' IS NOT NULL
            AND strpos(event::text, $2::uuid::text) > 0
    """,
}
_KEPT: Final = {
    "feed_events": """
        SELECT count(*)::int AS rows FROM feed_events
        WHERE territory_id = $1 AND strpos(event::text, $2::uuid::text) > 0
    """,
}

TRACES: Final = Traces(
    _ON_PLATFORM, _IN_TERRITORY, {place: ("names-nobody", sql) for place, sql in _KEPT.items()}
)
"""What is taken away; what stays for its thirty days names nobody."""
