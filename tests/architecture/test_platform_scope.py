"""Only the slices that own platform-wide rows bring them into scope, and a few act in another territory."""

import ast
from pathlib import Path

import pytest

OWNERS: dict[str, dict[str, set[str]]] = {
    "booking": {"beside": {"erasures", "shared_sessions", "sharing"}},
    "membership": {
        "platform": {
            "accounts",
            "affiliations",
            "erasures",
            "networks",
            "organisations",
            "persons",
            "recognitions",
            "roles",
            "territories",
        },
        "beside": {"recognitions"},
    },
    "billing": {},
    "notifications": {},
}
SCOPES = {"platform", "beside"}


def trespassers(root: Path) -> list[str]:
    """Name the files of services that widen or leave their scope without owning what is there."""
    found = []
    for file in sorted(root.glob("services/*/src/**/*.py")):
        service, *slices = file.relative_to(root / "services").parts[2:]
        calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
        opened = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)} & SCOPES
        if any(not slices or slices[0] not in OWNERS[service].get(each, ()) for each in opened):
            found.append(str(file.relative_to(root)))
    return found


def test_only_the_owners_of_platform_wide_rows_bring_them_into_scope(root: Path) -> None:
    assert trespassers(root) == []


@pytest.mark.parametrize(
    ("place", "opened", "caught"),
    [
        ("services/booking/src/booking/bookings/store.py", "platform()", True),
        ("services/membership/src/membership/plans/handlers.py", "platform()", True),
        ("services/membership/src/membership/app.py", "platform()", True),
        ("services/membership/src/membership/persons/handlers.py", "platform()", False),
        ("services/membership/src/membership/persons/handlers.py", "beside(siren)", True),
        ("services/booking/src/booking/recognitions/store.py", "beside(siren)", True),
        ("services/booking/src/booking/sharing/handlers.py", "platform()", True),
        ("services/booking/src/booking/sharing/handlers.py", "beside(siren)", False),
        ("services/membership/src/membership/recognitions/store.py", "beside(siren)", False),
    ],
)
def test_a_trespasser_is_found(tmp_path: Path, place: str, opened: str, *, caught: bool) -> None:
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text(f"async def peek(tx, siren):\n    async with tx.{opened}:\n        pass\n")
    assert trespassers(tmp_path) == ([place] if caught else [])
