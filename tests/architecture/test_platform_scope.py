"""Only the slices that own platform-wide rows bring them into scope."""

import ast
from pathlib import Path

import pytest

OWNERS = {"accounts", "affiliations", "networks", "organisations", "persons", "roles", "territories"}


def trespassers(root: Path) -> list[str]:
    """Name the files of services that call `platform()` without owning platform-wide rows."""
    found = []
    for file in sorted(root.glob("services/*/src/**/*.py")):
        service, *slices = file.relative_to(root / "services").parts[2:]
        calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
        opens = any(isinstance(call.func, ast.Attribute) and call.func.attr == "platform" for call in calls)
        if opens and not (service == "membership" and slices and slices[0] in OWNERS):
            found.append(str(file.relative_to(root)))
    return found


def test_only_the_owners_of_platform_wide_rows_bring_them_into_scope(root: Path) -> None:
    assert trespassers(root) == []


@pytest.mark.parametrize(
    ("place", "caught"),
    [
        ("services/booking/src/booking/bookings/store.py", True),
        ("services/membership/src/membership/plans/handlers.py", True),
        ("services/membership/src/membership/app.py", True),
        ("services/membership/src/membership/persons/handlers.py", False),
    ],
)
def test_a_trespasser_is_found(tmp_path: Path, place: str, *, caught: bool) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text("async def peek(tx):\n    async with tx.platform():\n        pass\n")
    assert trespassers(tmp_path) == ([place] if caught else [])
