"""The only place that reads the time of this machine; business dates come from `Tx.now`."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this machine's time, aware, in UTC: for tokens, logs and back-off, never for business dates."""
    return datetime.now(UTC)  # noqa: TID251 - the one reader of the machine's clock
