"""X1: no table shows a territory the rows of another, and none lets it write them."""

from collections.abc import Iterator

import pytest
from territory_rows import (
    Role,
    Row,
    Table,
    a_row,
    connected,
    lifted,
    may,
    plant,
    refusal_of,
    rows_by_territory,
    see_as,
    tables,
    texts,
    touched,
    uproot,
)
from territory_story import Two

from chassis.db import PLATFORM
from contracts.registry import SERVICES

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

WITHOUT_TERRITORY = {
    "_yoyo_log": "the book of migrations",
    "_yoyo_migration": "the book of migrations",
    "_yoyo_version": "the book of migrations",
    "reference_table": "the list of tables without territories",
    "groupings": "a public register",
    "towns": "a public register",
    "third_places": "a public register",
    "reference_loads": "what was loaded of the public registers",
    "reference_flaws": "what was wrong in the public registers",
}
WORKERS_OWN = {
    "relay_lease": "which process relays; no request needs it",
    "watermark": "how far consumers got; no request needs it",
    "lane": "what consumers could not handle; no request needs it",
    "lane_event": "the same",
    "quarantine": "records that name no territory",
}
WHOLE_FOR_THE_WORKER = {
    **WORKERS_OWN,
    "event_log": "the relay sends the events of every territory",
    "outbox": "the same",
    "counter": "the same",
    "territory_clock": "due timers are found for every territory at once",
    "timer": "the same",
    "effect": "what is owed to the outside is found for every territory at once",
    "idempotency": "old answers are forgotten for every territory at once",
    "subject_key": "what is sealed is opened for the consumers of every territory",
}
SHOWN_WHEN_KNOWN = {
    "membership.persons": "person_id",
    "membership.subject_key": "person_id",
    "booking.persons": "person_id",
    "booking.subject_key": "person_id",
    "billing.persons": "person_id",
    "billing.organisations": "organisation_id",
    "billing.subject_key": "person_id",
    "notifications.persons": "person_id",
    "notifications.subject_key": "person_id",
}
"""The platform's own rows, of which a territory sees those about the parties it knows."""

CHANGE = "UPDATE {} SET territory_id = territory_id WHERE territory_id = %s"
DELETE = "DELETE FROM {} WHERE territory_id = %s"
BY_ROW_SECURITY = "42501"
PAST_IT = {"23505", "23P01", "23502"}  # its key is taken; or a JSON null in it reads as no value


@pytest.fixture(scope="module")
def planted(lived: Two) -> Iterator[dict[str, list[Table]]]:
    """Every table with territories, by service, with a row of either territory in each of them."""
    found: dict[str, list[Table]] = {}
    done: list[tuple[str, dict[str, Row]]] = []
    sirens = (lived.here.place.siren, lived.there.place.siren)
    try:
        for service in SERVICES:
            with connected(lived.here.platform, service, "migrator") as connection:
                found[service] = [each for each in tables(connection, service) if each.has_territory]
                done += [(service, plant(connection, found[service], siren)) for siren in sirens]
        yield found
    finally:
        for service, rows in done:
            with connected(lived.here.platform, service, "migrator") as connection:
                uproot(connection, found[service], rows)


def test_every_table_holds_rows_to_territories_or_is_named_with_its_reason(two: Two) -> None:
    for service in SERVICES:
        with connected(two.here.platform, service, "migrator") as connection:
            every = tables(connection, service)
        bare = {table.name for table in every if not table.has_territory}
        assert bare <= WITHOUT_TERRITORY.keys(), service
        assert len(every) > len(bare) + len(WHOLE_FOR_THE_WORKER), "and yet there are many others"
        with connected(two.here.platform, service, "app") as connection:
            writes = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
            for table in every:
                if table.name in bare:
                    assert not any(may(connection, table, right) for right in writes), table


@pytest.mark.parametrize("role", ["app", "worker"])
def test_no_role_sees_a_row_of_another_territory_and_each_sees_its_own(
    two: Two, planted: dict[str, list[Table]], role: Role
) -> None:
    for service, every in planted.items():
        with connected(two.here.platform, service, role) as connection:
            for table in every:
                if role == "app" and not may(connection, table, "SELECT"):
                    assert table.name in WORKERS_OWN, table
                    continue
                is_whole = role == "worker" and table.name in WHOLE_FOR_THE_WORKER
                sirens = [two.here.place.siren, two.there.place.siren]
                for siren in sirens:
                    see_as(connection, siren)
                    seen = set(rows_by_territory(connection, table))
                    shown = {PLATFORM} if str(table) in SHOWN_WHEN_KNOWN else set()
                    assert siren in seen, f"{table} shows {siren} nothing of its own"
                    assert set(sirens) <= seen if is_whole else seen <= {siren} | shown, table
                see_as(connection)
                unset = rows_by_territory(connection, table)
                assert bool(unset) == is_whole, f"{table} is seen without any territory"


def test_of_the_platforms_rows_a_territory_sees_those_about_whom_it_knows(
    two: Two, planted: dict[str, list[Table]]
) -> None:
    for name, column in SHOWN_WHEN_KNOWN.items():
        service, _, table = name.partition(".")
        by_name = {each.name: each for each in planted[service]}
        shown, parties = by_name[table], by_name["known_party"]
        for here, there in two.both_ways():
            with connected(here.platform, service, "app") as connection:
                see_as(connection, here.place.siren)
                seen = texts(connection, shown, column, PLATFORM)
                assert len(seen) > 0, name
                assert seen <= texts(connection, parties, "party_id", here.place.siren), name
                assert seen & there.marks() == set(), name
                assert touched(connection, shown, CHANGE, PLATFORM) == 0, name


@pytest.mark.parametrize("role", ["app", "worker"])
def test_no_role_writes_changes_or_deletes_a_row_of_another_territory(
    two: Two, planted: dict[str, list[Table]], role: Role
) -> None:
    here, there = two.here.place.siren, two.there.place.siren
    for service, every in planted.items():
        for table in every:
            if table.name in (WORKERS_OWN if role == "app" else WHOLE_FOR_THE_WORKER):
                continue
            with connected(two.here.platform, service, "migrator") as connection:
                own, foreign = (a_row(connection, table, siren) for siren in (here, there))
            assert own, table
            assert foreign, table
            with connected(two.here.platform, service, role) as connection:
                see_as(connection, here)
                assert refusal_of(connection, table, foreign) == "42501", f"{table}: row security lets it in"
                assert refusal_of(connection, table, own) in PAST_IT, f"{table}: its own row is turned away"
                for verb in (CHANGE, DELETE):
                    assert touched(connection, table, verb, there) == 0, table
                if may(connection, table, "UPDATE"):
                    assert touched(connection, table, CHANGE, here) > 0, table


def test_a_table_whose_row_security_is_lifted_does_not_pass_for_closed(two: Two) -> None:
    here, there = two.here.place.siren, two.there.place.siren
    with connected(two.here.platform, "booking", "migrator") as connection:
        bookings = next(each for each in tables(connection, "booking") if each.name == "bookings")
    with lifted(two.here.platform, bookings, here) as connection:
        assert {here, there} <= set(rows_by_territory(connection, bookings))
    with connected(two.here.platform, "booking", "app") as connection:
        see_as(connection, here)
        assert set(rows_by_territory(connection, bookings)) == {here}
