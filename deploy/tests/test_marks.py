"""A start leaves out the migrations that were done with the very same sources, and only those."""

from __future__ import annotations

import secrets
import string
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from chassis.migrate import migrate
from maillage.runtime import marks
from maillage.runtime.bootstrap import applied, ensure_service, set_mark
from maillage.runtime.marks import mark_of


def test_a_changed_row_of_a_reference_file_changes_the_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    towns = tmp_path / "parcels" / "data" / "towns.csv"
    towns.parent.mkdir(parents=True)
    (tmp_path / "parcels" / "__init__.py").touch()
    towns.write_text("01001,L'Abergement", encoding="utf-8")

    def mark(*said: str) -> str:
        marks._digest_of.cache_clear()  # noqa: SLF001 - each start is a process of its own
        return mark_of(("parcels",), *said)

    first = mark("operator@hub.example")
    assert mark("operator@hub.example") == first
    assert mark("another@hub.example") != first
    towns.write_text("01001,L’Abergement", encoding="utf-8")
    assert mark("operator@hub.example") != first


def test_the_mark_lives_in_the_database_and_goes_where_its_tables_go(postgres: str, tmp_path: Path) -> None:
    name = "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    try:
        access = ensure_service(postgres, name, tmp_path)
        set_mark(access.migrator_url, "too early")
        assert (access.mark, applied(access.migrator_url)) == (None, set())
        ids = migrate(access.migrator_url)
        assert applied(access.migrator_url) == set(ids)
        set_mark(access.migrator_url, "done with these")
        assert ensure_service(postgres, name, tmp_path).mark == "done with these"
        set_mark(access.migrator_url, None)
        assert ensure_service(postgres, name, tmp_path).mark is None
    finally:
        with psycopg.connect(postgres, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            for kind in ("worker", "app", "migrator"):
                role = sql.Identifier(f"{name}_{kind}")
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
