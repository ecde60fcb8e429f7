"""PostgreSQL on a folder of ours: safe by default, and every damaged folder is told with its way out."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from maillage.assembly import require_usable
from maillage.runtime import account
from maillage.runtime.bootstrap import ensure_service
from maillage.runtime.part import Child, wait_ready
from maillage.runtime.postgres import Postgres
from maillage.sentences import (
    CONTROL_FILE_DAMAGED,
    DISK_FULL,
    NO_ROOM,
    NOT_REACHABLE,
    NOT_WRITABLE,
    SECRET_LOST,
    WRONG_MAJOR,
    StartError,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount, or give files away")


@contextmanager
def started(data: Path) -> Iterator[tuple[Postgres, Child]]:
    server = Postgres(data)
    server.prepare()
    child = Child(server.part())
    try:
        assert wait_ready(child, 60), child.said()
        yield server, child
    finally:
        child.stop()


@pytest.fixture(scope="module")
def server(module_data: Path) -> Iterator[Postgres]:
    with started(module_data) as (server, _):
        yield server


def made(data: Path) -> Path:
    """What a first start leaves, as far as the checks before a start look at it."""
    folder = data / "postgres"
    (folder / "global").mkdir(parents=True)
    (folder / "PG_VERSION").write_text("18\n")
    (folder / "global" / "pg_control").write_bytes(bytes(8192))
    account.secret(data / "secrets" / "postgres")
    return folder


def test_it_is_version_18_durable_and_reached_by_socket_alone(server: Postgres) -> None:
    with psycopg.connect(server.dsn) as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings").fetchall()
    settings = {str(row[0]): str(row[1]) for row in rows}
    assert settings["server_version"].startswith("18.")
    assert (settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"]) == (
        "on",
        "on",
        "on",
    )
    assert (settings["listen_addresses"], settings["max_connections"]) == ("", "200")
    assert settings["data_checksums"] == "on"


def test_nobody_enters_without_the_password(server: Postgres) -> None:
    wrong = server.dsn.replace(account.secret(server.password_file), "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.password_file.parent.stat().st_mode) == 0o700


def test_a_service_finds_its_database_and_roles_also_the_second_time(
    server: Postgres, tmp_path: Path
) -> None:
    first = ensure_service(server.dsn, "booking", tmp_path)
    assert ensure_service(server.dsn, "booking", tmp_path) == first
    with psycopg.connect(first.migrator_url) as connection:
        connection.execute(
            "CREATE TABLE things (id int, during tsrange, EXCLUDE USING gist (id WITH =, during WITH &&))"
        )
        bypass = (
            "SELECT rolname, rolbypassrls, rolsuper FROM pg_roles WHERE rolname LIKE 'booking%' ORDER BY 1"
        )
        assert connection.execute(bypass).fetchall() == [
            ("booking_app", False, False),
            ("booking_migrator", True, False),
            ("booking_worker", False, False),
        ]
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'booking'"
        assert connection.execute(owner).fetchone() == ("booking_migrator",)
    with psycopg.connect(first.database_url, options="-c role=booking_app") as connection:
        assert connection.execute("SELECT session_user, current_user").fetchone() == (
            "booking_worker",
            "booking_app",
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_a_service_does_not_enter_the_database_of_another(server: Postgres, tmp_path: Path) -> None:
    booking = ensure_service(server.dsn, "booking", tmp_path)
    ensure_service(server.dsn, "billing", tmp_path)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(booking.database_url.replace("/booking?", "/billing?"))


def test_what_was_committed_is_there_after_a_kill_and_a_start(data: Path) -> None:
    with started(data) as (server, child):
        with psycopg.connect(server.dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        child.kill()
    with started(data) as (server, _), psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_an_initdb_that_was_cut_short_is_done_again(data: Path) -> None:
    (data / "postgres.unfinished").mkdir()
    (data / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    Postgres(data).prepare()
    assert (data / "postgres" / "global" / "pg_control").stat().st_size == 8192
    assert not (data / "postgres.unfinished").exists()


@needs_root
def test_where_the_servers_user_cannot_enter_the_installation_a_copy_serves(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    can_enter = account.can_enter
    closed = lambda folder, user: "site-packages" not in folder.parts and can_enter(folder, user)  # noqa: E731
    monkeypatch.setattr(account, "can_enter", closed)
    with started(data) as (server, child), psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert str(data) in str(Path(f"/proc/{child.pid}/exe").readlink())


def test_a_path_too_long_for_a_socket_gets_a_short_folder(data: Path) -> None:
    long = data / ("d" * 120)
    long.mkdir(mode=0o755)
    with started(long) as (server, _), psycopg.connect(server.dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(str(server.socket_folder)) < 80
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    server.socket_folder.rmdir()


@pytest.mark.parametrize("size", [0, 100, 8191])
def test_a_truncated_control_file_is_told_before_the_start(data: Path, size: int) -> None:
    control = made(data) / "global" / "pg_control"
    control.write_bytes(bytes(size))
    with pytest.raises(StartError) as failure:
        Postgres(data).prepare()
    assert failure.value.sentence is CONTROL_FILE_DAMAGED
    assert f"{control} is damaged: {size} bytes instead of 8192" in failure.value.said("en")
    assert "sauvegarde" in failure.value.cure("fr")


def test_a_folder_of_another_major_version_is_told_with_both_versions(data: Path) -> None:
    (made(data) / "PG_VERSION").write_text("15\n")
    with pytest.raises(StartError) as failure:
        Postgres(data).prepare()
    assert failure.value.sentence is WRONG_MAJOR
    assert "was made by PostgreSQL 15; this release runs PostgreSQL 18" in failure.value.said("en")


def test_a_lost_password_is_told_rather_than_drawn_anew(data: Path) -> None:
    made(data)
    (data / "secrets" / "postgres").unlink()
    with pytest.raises(StartError) as failure:
        Postgres(data).prepare()
    assert failure.value.sentence is SECRET_LOST


@needs_root
def test_a_folder_that_the_servers_user_cannot_enter_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(StartError) as failure:
        Postgres(tmp_path).prepare()
    assert failure.value.sentence is NOT_REACHABLE
    assert str(tmp_path) in failure.value.said("fr")


def test_a_data_folder_that_cannot_be_made_is_told(data: Path) -> None:
    (data / "file").touch()
    with pytest.raises(StartError) as failure:
        require_usable(data / "file" / "platform")
    assert failure.value.sentence is NOT_WRITABLE
    assert "Not a directory" in failure.value.said("en")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StartError, match="MLG-E013"):
        require_usable(tmp_path)


@pytest.fixture
def small_disk(data: Path) -> Iterator[Path]:
    disk = data / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", str(disk)], check=True)  # noqa: S603, S607 - root's mount
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607 - the same


@pytest.mark.root
@needs_root
def test_a_data_folder_on_a_disk_of_20_mb_is_told_before_the_start(small_disk: Path) -> None:
    with pytest.raises(StartError) as failure:
        require_usable(small_disk)
    assert failure.value.sentence is NO_ROOM
    assert "MB free; at least 400 MB are needed" in failure.value.said("en")
    assert "MAILLAGE_DATA_DIR" in failure.value.cure("en")


@pytest.mark.root
@needs_root
def test_a_disk_that_fills_up_while_the_database_is_made_is_told_and_leaves_nothing(small_disk: Path) -> None:
    with pytest.raises(StartError) as failure:
        Postgres(small_disk).prepare()
    assert failure.value.sentence is DISK_FULL
    assert f"no space is left on the disk of {small_disk}" in failure.value.said("en")
    assert not (small_disk / "postgres").exists()
