"""One platform for all journeys of a run."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from journey import Person, Platform


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The platform as `maillage up` starts it, on ports and in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-journeys-"))
    folder.chmod(0o755)  # where the tests run as root, PostgreSQL's own user must come in
    platform = Platform.in_folder(folder / "data")
    try:
        platform.run("up", "--detach")
        yield platform
    finally:
        platform.run("down")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def operator(platform: Platform) -> Person:
    """The platform's first operator."""
    return platform.sign_in("operator@maillage.example")
