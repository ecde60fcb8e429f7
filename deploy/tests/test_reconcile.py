"""Watermarks against counters: what is missing, behind, parked, or never said."""

from __future__ import annotations

import psycopg
import pytest

from chassis.testing import DatabaseFactory, ServiceDatabase
from maillage.reconcile import Reached, compared, table

TOPIC, CONSUMER = "booking.bookings.v1", "billing.charges"
ONE, OTHER = "200035715", "200090751"

Databases = tuple[ServiceDatabase, ServiceDatabase]


@pytest.fixture
def databases(service_database: DatabaseFactory) -> Databases:
    """A producer's database and a consumer's, without a row."""
    both = service_database("booking", ("booking",)), service_database("billing", ("billing",))
    for database, name in zip(both, ("counter", "watermark"), strict=True):
        with psycopg.connect(database.admin_url) as connection:
            connection.execute(f"TRUNCATE {name}")
    return both


def say(databases: Databases, *said: tuple[str, str, int]) -> None:
    with psycopg.connect(databases[0].admin_url) as connection:
        for territory, aggregate, version in said:
            row = (territory, TOPIC, aggregate, version)
            connection.execute("INSERT INTO counter VALUES (%s, %s, %s, %s)", row)


def take(databases: Databases, *taken: tuple[str, str, int, bool]) -> None:
    with psycopg.connect(databases[1].admin_url) as connection:
        for territory, aggregate, version, parked in taken:
            row = (CONSUMER, territory, TOPIC, aggregate, version, parked)
            connection.execute("INSERT INTO watermark VALUES (%s, %s, %s, %s, %s, %s)", row)


def reached(databases: Databases) -> Reached:
    urls = {"booking": databases[0].worker_url, "billing": databases[1].worker_url}
    [found] = compared(urls, {CONSUMER: [TOPIC]})
    return found


def test_who_has_taken_in_everything_is_there(databases: Databases) -> None:
    say(databases, (ONE, "é", 2), (ONE, "Z", 1), (OTHER, "a", 7))
    take(databases, (ONE, "é", 2, False), (ONE, "Z", 1, False), (OTHER, "a", 7, False))
    found = reached(databases)
    assert (found.is_there, found.aggregates) == (True, 3)
    assert "Every consumer has taken in what was said." in table([found])


def test_nothing_said_is_nothing_missing(databases: Databases) -> None:
    assert (reached(databases).is_there, reached(databases).aggregates) == (True, 0)


@pytest.mark.parametrize(
    ("taken", "counted"),
    [
        ([], (1, 0, 0)),
        ([(ONE, "a", 1, False)], (1, 0, 0)),
        ([(ONE, "a", 3, False)], (0, 1, 0)),
        ([(ONE, "a", 2, True)], (0, 0, 1)),
        ([(ONE, "a", 2, False), (ONE, "b", 1, False)], (0, 1, 0)),
        ([(OTHER, "a", 2, False)], (1, 1, 0)),
    ],
)
def test_each_difference_is_counted_and_one_is_named(
    databases: Databases, taken: list[tuple[str, str, int, bool]], counted: tuple[int, int, int]
) -> None:
    say(databases, (ONE, "a", 2))
    take(databases, *taken)
    found = reached(databases)
    assert (found.behind, found.ahead, found.parked) == counted
    assert not found.is_there
    assert found.example in table([found])
    assert "1 of 1 are not there." in table([found])
