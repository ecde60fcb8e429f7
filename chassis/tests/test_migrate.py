"""Rules of migrations: order, names, one transaction a file, one process at a time."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from chassis.database_roles import prepare_roles
from chassis.migrate import migrate
from chassis.migrations import MigrationError, migration_files, pending
from chassis.testing import ServiceDatabase

CHASSIS = [migration_id for migration_id, _ in migration_files()]

Package = Callable[..., str]


@pytest.fixture
def empty(postgres: str, own_database: ServiceDatabase) -> Iterator[ServiceDatabase]:
    """A database of the probe service in which nothing has run yet."""
    name = f"empty_{secrets.token_hex(4)}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER probe_migrator")
        urls = [
            url.replace(own_database.name, name)
            for url in (
                own_database.admin_url,
                own_database.migrator_url,
                own_database.app_url,
                own_database.worker_url,
            )
        ]
        yield ServiceDatabase("probe", name, *urls)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Write migrations, given as name=SQL, into an importable package and return its name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"parcel_{secrets.token_hex(4)}"

    def written(**files: str) -> str:
        folder = tmp_path / name / "migrations"
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
        for file, source in files.items():
            (folder / f"{file.removeprefix('_')}.sql").write_text(source, encoding="utf-8")
        return name

    return written


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


async def test_the_chassis_comes_first_then_the_service_each_in_the_order_of_its_numbers(
    empty: ServiceDatabase, package: Package
) -> None:
    name = package(
        _0002_contract_old_parcels="ALTER TABLE parcels ADD weight int",
        _0001_expand_parcels="CREATE TABLE parcels (territory_id text PRIMARY KEY)",
    )
    service = [f"{name}/0001_expand_parcels", f"{name}/0002_contract_old_parcels"]
    assert await pending(empty.migrator_url, name) == [*CHASSIS, *service]
    assert migrate(empty.migrator_url, name) == [*CHASSIS, *service]
    assert migrate(empty.migrator_url, name) == []


def test_what_was_applied_with_the_chassis_alone_is_not_applied_again_with_a_service(
    empty: ServiceDatabase, package: Package
) -> None:
    assert migrate(empty.migrator_url) == CHASSIS
    name = package(_0001_expand_parcels="SELECT 1")
    assert migrate(empty.migrator_url, name) == [f"{name}/0001_expand_parcels"]


async def test_the_worker_may_ask_what_is_pending(empty: ServiceDatabase, package: Package) -> None:
    migrate(empty.migrator_url)
    name = package(_0001_expand_parcels="SELECT 1")
    assert await pending(empty.worker_url) == []
    assert await pending(empty.worker_url, name) == [f"{name}/0001_expand_parcels"]


def test_a_body_with_semicolons_quotes_and_percent_signs_survives(
    empty: ServiceDatabase, package: Package
) -> None:
    body = "CREATE FUNCTION said() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN ';%s :x l''eau'; END $$;"
    migrate(empty.migrator_url, package(_0001_expand_said=f"-- why; not\n{body}\nCREATE TABLE t (a int);"))
    assert query(empty.migrator_url, "SELECT said()") == [(";%s :x l'eau",)]


def test_tables_belong_to_the_migrator(empty: ServiceDatabase) -> None:
    migrate(empty.migrator_url)
    assert query(
        empty.admin_url, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    ) == [("probe_migrator",)]


@pytest.mark.parametrize(
    "name", ["1_expand_parcels", "0001_parcels", "0001_expand", "0001_expand_Parcels", "0001-expand-parcels"]
)
async def test_a_file_named_otherwise_is_refused_before_anything_runs(
    empty: ServiceDatabase, package: Package, name: str
) -> None:
    with pytest.raises(MigrationError, match=f"{name}.sql: a migration is named"):
        migrate(empty.migrator_url, package(**{name: "SELECT 1"}))
    assert await pending(empty.migrator_url) == CHASSIS


def test_a_number_used_twice_is_refused(empty: ServiceDatabase, package: Package) -> None:
    with pytest.raises(MigrationError, match="its number is taken"):
        migrate(empty.migrator_url, package(_0001_expand_a="SELECT 1", _0001_expand_b="SELECT 1"))


def test_a_package_that_is_missing_or_has_no_migrations_is_refused(empty: ServiceDatabase) -> None:
    with pytest.raises(MigrationError, match="package no_such_package is not installed"):
        migrate(empty.migrator_url, "no_such_package")
    with pytest.raises(MigrationError, match="package contracts has no folder migrations"):
        migrate(empty.migrator_url, "contracts")


def test_a_file_that_fails_leaves_nothing_of_itself_and_those_before_it_applied(
    empty: ServiceDatabase, package: Package
) -> None:
    name = package(
        _0001_expand_good="CREATE TABLE good (a int)",
        _0002_expand_bad="CREATE TABLE half (a int); SELECT 1 / 0",
        _0003_expand_later="CREATE TABLE later (a int)",
    )
    with pytest.raises(MigrationError, match="0002_expand_bad: division by zero"):
        migrate(empty.migrator_url, name)
    assert query(
        empty.admin_url, "SELECT to_regclass('good')::text, to_regclass('half'), to_regclass('later')"
    ) == [("good", None, None)]
    package(_0002_expand_bad="CREATE TABLE half (a int)")
    assert migrate(empty.migrator_url, name) == [f"{name}/0002_expand_bad", f"{name}/0003_expand_later"]


def test_a_process_cut_off_in_the_middle_of_a_file_leaves_no_lock_behind(
    empty: ServiceDatabase, package: Package
) -> None:
    name = package(_0001_expand_cut="CREATE TABLE cut (a int); SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(MigrationError, match="0001_expand_cut: "):
        migrate(empty.migrator_url, name)
    package(_0001_expand_cut="CREATE TABLE cut (a int)")
    assert migrate(empty.migrator_url, name) == [f"{name}/0001_expand_cut"]


def test_of_two_processes_at_once_one_applies_and_the_other_waits_for_it(
    empty: ServiceDatabase, package: Package
) -> None:
    name = package(_0001_expand_slow="SELECT pg_sleep(0.2); CREATE TABLE slow (a int)")
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(lambda _: migrate(empty.migrator_url, name), range(2))
    assert sorted([len(first), len(second)]) == [0, len(CHASSIS) + 1]


def test_only_the_migrator_migrates(empty: ServiceDatabase) -> None:
    with pytest.raises(MigrationError, match="run as <service>_migrator"):
        migrate(empty.admin_url)
    with pytest.raises(MigrationError, match="not as probe_worker"):
        migrate(empty.worker_url)


def test_a_database_that_is_not_there_is_named(empty: ServiceDatabase) -> None:
    with pytest.raises(MigrationError, match="no_such_database"):
        migrate(empty.migrator_url.replace(empty.name, "no_such_database"))


def test_a_service_with_a_strange_name_gets_no_roles(postgres: str) -> None:
    with psycopg.connect(postgres) as server, pytest.raises(MigrationError, match="small letters"):
        prepare_roles(server, 'x"; DROP ROLE postgres', {})
