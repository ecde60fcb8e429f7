"""Waits until every service lives in the time to which a sandbox's clock was moved."""

from datetime import datetime

from journey import Platform, until
from territory_rows import connected

from contracts.registry import SERVICES


def until_it_is(platform: Platform, territory: str, moved_to: str) -> None:
    """Return once all services have heard of the move; an AssertionError says that they did not."""
    wanted = datetime.fromisoformat(moved_to)
    until(lambda: all(_reached(platform, service, territory, wanted) for service in SERVICES))


def _reached(platform: Platform, service: str, territory: str, wanted: datetime) -> bool:
    with connected(platform, service, "worker") as connection:
        row = connection.execute(_NOW, [territory]).fetchone()
        return row is not None and row[0] >= wanted


_NOW = "SELECT clock_timestamp() + ahead FROM territory_clock WHERE territory_id = %s"
