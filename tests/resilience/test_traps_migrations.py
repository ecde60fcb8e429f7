"""The trap of row security that hides from its owner the very rows which a migration is to fill."""

import random
import string
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from chassis.database_roles import ROLES, prepare_roles
from chassis.migrate import migrate

FILES = {
    "0001_expand_parcels": "CREATE TABLE parcels (territory_id text, parcel_id int, weight int);"
    "CALL chassis_protect('parcels');"
    "INSERT INTO parcels VALUES ('200035715', 1), ('243400017', 2);",
    "0002_expand_weights": "UPDATE parcels SET weight = 7",
}


@pytest.fixture
def service_name(postgres: str) -> Iterator[str]:
    """A service whose roles and database exist for this test alone: roles are shared by a whole server."""
    name = "parcel" + "".join(random.choices(string.ascii_lowercase, k=8))  # noqa: S311 - no secret
    with psycopg.connect(postgres, autocommit=True) as server:
        prepare_roles(server, name, dict.fromkeys(ROLES, "parcel"))
        server.execute(f"CREATE DATABASE {name} OWNER {name}_migrator")
        yield name
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for kind in ROLES:
            server.execute(f"DROP ROLE {name}_{kind}")


def test_a_migration_fills_the_rows_of_every_territory(
    postgres: str, service_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / service_name / "migrations"
    folder.mkdir(parents=True)
    for file, source in FILES.items():
        (folder / f"{file}.sql").write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    place = urlsplit(postgres)
    address = f"{service_name}_migrator:parcel@{place.netloc.rpartition('@')[2]}"
    migrate(urlunsplit(place._replace(netloc=address, path=f"/{service_name}")), service_name)
    with psycopg.connect(urlunsplit(place._replace(path=f"/{service_name}"))) as connection:
        filled = connection.execute("SELECT territory_id, weight FROM parcels ORDER BY 1").fetchall()
    assert filled == [("200035715", 7), ("243400017", 7)]
