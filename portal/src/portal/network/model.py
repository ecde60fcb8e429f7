"""Reckons what the page of the network's catalogue shows: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def hosts(sessions: Sequence[Json], seats: Sequence[Json]) -> set[str]:
    """Name the territories that hold what is shown."""
    return {each["host_territory_id"] for each in (*sessions, *(seat["session"] for seat in seats))}


def seated(seats: Sequence[Json]) -> set[str]:
    """Name the sessions in which the visitor has a seat."""
    return {each["session"]["session_id"] for each in seats if each["state"] == "granted"}
