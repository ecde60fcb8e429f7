"""A checkout with the next version of billing: one more optional field in an event, one more column."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEEDED = ("contracts", "chassis", "services/billing")
FIELD, SAID = "desk_of_origin", "guichet numéro deux"
_CONTRACT = "contracts/src/contracts/billing/charges.py"
_HANDLERS = "services/billing/src/billing/charges/handlers.py"
_MIGRATIONS = "services/billing/src/billing/migrations"
_COLUMN = """
-- When the charge was kept first; those from before have the time of their last change.
ALTER TABLE charges ADD COLUMN first_kept_at timestamptz NOT NULL DEFAULT now();
UPDATE charges SET first_kept_at = recorded_at;
"""
_TOLD = '    priced_at: Annotated[Instant, about("When it was priced, business time of the territory.")]\n'
_WRITTEN = "ChargePriced(**said, priced_at=now)"


def next_billing(checkout: Path) -> Path:
    """Copy what billing is made of and develop it further, as a team would in a branch."""
    for folder in NEEDED:
        ignored = shutil.ignore_patterns("__pycache__", "tests")
        shutil.copytree(ROOT / folder, checkout / folder, ignore=ignored)
    field = f'    {FIELD}: Annotated[str | None, about("Where it was taken.", "{SAID}")] = None\n'
    _changed(checkout / _CONTRACT, _TOLD, _TOLD + field)
    _changed(checkout / _HANDLERS, _WRITTEN, f'{_WRITTEN[:-1]}, {FIELD}="{SAID}")')
    number = len(list((checkout / _MIGRATIONS).glob("*.sql"))) + 1
    (checkout / _MIGRATIONS / f"{number:04}_expand_first_kept.sql").write_text(_COLUMN, encoding="utf-8")
    for command in ("schemas", "asyncapi", "check"):
        _run(checkout, "-m", "contracts", command, "--root", str(checkout / "contracts"))
    return checkout


def _changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} holds {text.count(old)} times {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def _run(checkout: Path, *words: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(checkout / "contracts" / "src")}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
