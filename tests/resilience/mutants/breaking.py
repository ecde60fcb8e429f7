"""Makes a copy of the chassis with one fault in it, and runs tests against that copy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from mutants.catalogue import Mutant

ROOT = Path(__file__).parents[3]
CHASSIS = ROOT / "chassis" / "src" / "chassis"
SECONDS = 240


class StaleMutant(Exception):
    """The text that a mutant changes does not stand in the chassis exactly once: the mutant needs care."""


@dataclass(frozen=True, slots=True)
class Result:
    """How tests fared against a copy of the chassis."""

    passed: int
    failed: int
    errors: int
    said: str


def copy_chassis(folder: Path, mutant: Mutant | None) -> Path:
    """Copy the chassis into the folder, with the mutant's change. Raises StaleMutant."""
    copy = folder / "chassis"
    shutil.copytree(CHASSIS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if mutant is not None:
        file = copy / mutant.file
        source = file.read_text(encoding="utf-8")
        if source.count(mutant.old) != 1:
            raise StaleMutant(
                f"{mutant.name}: {source.count(mutant.old)} times in {mutant.file}: {mutant.old}"
            )
        file.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
    return copy


def run_tests(folder: Path, tests: tuple[str, ...]) -> Result:
    """Run the tests with the chassis of this folder in place of the project's own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    _require_copy(folder, environment)
    report = folder / "report.xml"
    command = ["pytest", "-q", "--tb=short", "-p", "no:cacheprovider", f"--junit-xml={report}", *tests]
    run = _python(environment, "-m", *command)
    if not report.exists():
        raise RuntimeError(f"pytest made no report: {run.stdout}{run.stderr}")
    [suite] = ET.parse(report).iter("testsuite")  # noqa: S314 - written by the line above
    tests_run, failed, errors = (int(suite.get(name, 0)) for name in ("tests", "failures", "errors"))
    return Result(tests_run - failed - errors, failed, errors, run.stdout + run.stderr)


def _require_copy(folder: Path, environment: Mapping[str, str]) -> None:
    """Make sure that the copy is what the tests import."""
    found = _python(environment, "-c", "import chassis; print(chassis.__file__)").stdout.strip()
    if Path(found).parent != folder / "chassis":
        raise RuntimeError(f"the tests would import {found} instead of the copy")


def _python(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - a program of ours
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
