"""File names say what is inside, and migrations say whether the previous release survives them."""

import re
from pathlib import Path, PurePosixPath

import pytest

FORBIDDEN = {"base", "common", "helpers", "manager", "misc", "utils"}
MIGRATION = re.compile(r"(?P<number>\d{4})_(?P<kind>expand|contract)_[a-z0-9]+(?:_[a-z0-9]+)*\.sql")
BREAKING = re.compile(
    r"\b(?:drop\s+(?:table|column|view|schema)|rename|truncate|set\s+not\s+null)\b", re.IGNORECASE
)


def unwelcome_names(names: list[PurePosixPath]) -> list[str]:
    """Name the files and folders that say nothing of what they hold."""
    return [str(name) for name in names if FORBIDDEN & {part.split(".")[0] for part in name.parts}]


def migration_faults(folder: Path) -> list[str]:
    """Say what is wrong with the migrations of one folder: names, numbers, statements out of place."""
    faults = []
    files = sorted(file for file in folder.iterdir() if file.suffix == ".sql")
    for expected, file in enumerate(files, start=1):
        match = MIGRATION.fullmatch(file.name)
        if match is None:
            faults.append(f"{file.name} is not named NNNN_expand_words.sql or NNNN_contract_words.sql")
            continue
        if int(match["number"]) != expected:
            faults.append(f"{file.name} should be number {expected:04}")
        statements = re.sub(r"--[^\n]*", "", file.read_text())
        if match["kind"] == "expand" and BREAKING.search(statements):
            faults.append(f"{file.name} takes away what the previous release needs: that is a contract step")
    return faults


def test_no_file_has_a_name_that_says_nothing(project_files: list[Path], root: Path) -> None:
    names = [PurePosixPath(file.relative_to(root)) for file in project_files]
    assert unwelcome_names(names) == []


@pytest.mark.parametrize(
    "planted", ["chassis/src/chassis/utils.py", "portal/common/page.html", "tests/base.py"]
)
def test_a_name_that_says_nothing_is_found(planted: str) -> None:
    assert unwelcome_names([PurePosixPath(planted), PurePosixPath("chassis/src/chassis/db.py")]) == [planted]


def test_every_migration_says_its_number_and_kind_and_expands_take_nothing_away(
    project_files: list[Path],
) -> None:
    folders = {
        file.parent for file in project_files if file.parent.name == "migrations" and file.suffix == ".sql"
    }
    assert [fault for folder in sorted(folders) for fault in migration_faults(folder)] == []


@pytest.mark.parametrize(
    ("name", "sql", "fault"),
    [
        ("0001_bookings.sql", "", "is not named"),
        ("0002_expand_bookings.sql", "", "should be number 0001"),
        ("0001_expand_rate.sql", "ALTER TABLE rates DROP COLUMN old;", "takes away"),
        ("0001_expand_rate.sql", "alter table rates\n  rename column old to new;", "takes away"),
        ("0001_expand_rate.sql", "-- never DROP TABLE here\nCREATE TABLE rates ();", None),
        ("0001_contract_rate.sql", "ALTER TABLE rates DROP COLUMN old;", None),
    ],
)
def test_a_planted_migration_is_judged(tmp_path: Path, name: str, sql: str, fault: str | None) -> None:
    (tmp_path / name).write_text(sql)
    faults = migration_faults(tmp_path)
    assert [fault in found for found in faults] == [True] if fault else faults == []
