"""One service of a running platform is replaced by that of another checkout, and back; nothing else moves."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def up(platform: Any) -> Any:
    """The platform with the service of one checkout."""
    said = platform("up", "--detach", "--json", "--service", f"billing={platform.environment['CHECKOUT']}")
    assert said.code == 0, said.out + said.err
    return platform


def another(up: Any, name: str, change: Callable[[str], str]) -> Path:
    """A second checkout whose service differs."""
    source = Path(up.environment["CHECKOUT"]) / "services" / "billing" / "src" / "billing"
    checkout = Path(up.data.parent) / name
    package = checkout / "services" / "billing" / "src" / "billing"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    main = (source / "__main__.py").read_text(encoding="utf-8")
    (package / "__main__.py").write_text(change(main), encoding="utf-8")
    return checkout


def pids(up: Any) -> dict[str, int]:
    parts = up("status", "--json").json["parts"]
    return {name: part["pid"] for name, part in parts.items()}


def checkout_at_work(up: Any) -> str:
    """The folder from which the service's process was started."""
    environment = Path(f"/proc/{pids(up)['billing']}/environ").read_bytes().split(b"\0")
    [path] = [entry for entry in environment if entry.startswith(b"PYTHONPATH=")]
    return os.fsdecode(path.removeprefix(b"PYTHONPATH=")).split("/services/")[0]


def test_a_service_is_migrated_drained_and_replaced_while_the_others_go_on(
    up: Any, eventually: Callable[..., bool]
) -> None:
    before, second = pids(up), another(up, "second", str)
    folder = up.data / "services" / "billing"
    (folder / "migrated").unlink()
    said = up("up", "--json", "--service", f"billing={second}")
    assert (said.code, said.json) == (0, {"replaced": {"billing": str(second)}}), said.err
    after = pids(up)
    assert (folder / "migrated").exists()
    assert (folder / "drained").exists()
    assert after.pop("billing") != before.pop("billing")
    assert after == before
    assert checkout_at_work(up) == str(second)
    assert up("kill", "billing").code == 0
    assert eventually(lambda: up("status").code == 0, 60)
    assert checkout_at_work(up) == str(second)


def test_a_version_that_does_not_become_ready_leaves_its_place_to_the_one_before(up: Any) -> None:
    before = checkout_at_work(up)
    ends = "sys.exit('the licence is missing')\n"
    broken = another(up, "broken", lambda main: main.replace("signal.signal(", f"{ends}signal.signal("))
    said = up("--lang", "fr", "up", "--service", f"billing={broken}")
    assert said.code == 1
    assert (
        "MLG-E029  La nouvelle version de billing n’est pas devenue prête (the licence is missing)"
        in said.err
    )
    assert up("status").code == 0
    assert checkout_at_work(up) == before


def test_what_cannot_be_done_changes_nothing(up: Any, tmp_path: Path) -> None:
    before = pids(up)
    said = up("up", "--service", f"billing={tmp_path}")
    assert (said.code, said.err.split("  ")[0]) == (1, "MLG-E027")
    takes = another(up, "takes", str)
    steps = takes / "services" / "billing" / "src" / "billing" / "migrations"
    steps.mkdir()
    (steps / "0002_contract_old_prices.sql").write_text("SELECT 1", encoding="utf-8")
    said = up("up", "--service", f"billing={takes}")
    assert said.code == 1
    assert (
        "MLG-E028  This version of billing takes out of the schema (billing/0002_contract_old_prices)"
        in said.err
    )
    refuse = up.data / "services" / "billing" / "refuse"
    refuse.touch()
    said = up("up", "--service", f"billing={up.environment['CHECKOUT']}")
    refuse.unlink()
    assert (said.code, said.err.split("  ")[0]) == (1, "MLG-E024")
    said = up("up", "--service", f"booking={up.environment['CHECKOUT']}")
    assert (said.code, said.err.split("  ")[0]) == (1, "MLG-E004")
    assert pids(up) == before
    assert up("status").code == 0
