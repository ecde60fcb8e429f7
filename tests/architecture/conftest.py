"""What every architecture test reads: the root of the project and the files that belong to it."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the root pyproject.toml."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project_files(root: Path) -> list[Path]:
    """Every file that is tracked, or would be after `git add`, and exists."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()  # noqa: S603 - no input
    files = [root / name for name in sorted(set(listed.split("\0"))) if name]
    return [file for file in files if file.is_file()]
