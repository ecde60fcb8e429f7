"""The only place that draws identifiers."""

from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """Return a UUIDv7: unique, and ordered by the time it was drawn."""
    return compat.uuid7()
