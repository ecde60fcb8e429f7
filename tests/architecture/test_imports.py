"""The import contracts of the root pyproject.toml hold, and each of them bites."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parents[2]

INDEPENDENT = "Services never import each other; they share only chassis and contracts"
DATA_ONLY = "Contracts are data: pydantic and nothing else"
PURE = "Models are pure"
ONE_WAY = "Inside a slice, imports point one way"
ACYCLIC = "Slices of a service form no cycle"
SQL = "Only stores speak SQL"
KAFKA = "Only the chassis speaks Kafka"
CLIENT = "The portal is a client: no tables, no topics, no events"
ORACLE = "The demo's oracle computes on its own"

BUILDERS = PROJECT / "tests" / "journeys" / "builders"
BY_HAND = ("month_tables", "month_agenda", "month_oracle")  # no package, so no import contract can name them

SERVICES = ("booking", "membership", "billing", "notifications")

SLICE = {
    "__init__": "",
    "model": "from chassis.errors import Refused\nfrom contracts.values import Period\n",
    "ports": "import asyncio\nfrom {slice} import model\n",
    "store": "import asyncpg\nfrom {slice} import model\nfrom chassis.db import Tx\n",
    "handlers": "from {slice} import model, ports, store\nfrom chassis.db import Tx\n",
    "api": "import litestar\nfrom {slice} import handlers, store\nfrom chassis.http import route\n",
    "consumer": "from {slice} import handlers\nfrom chassis.consumer import Subscriber\n",
}

PLANTED = [
    ("billing/bookings/handlers.py", "from booking.bookings import model", {INDEPENDENT}),
    ("chassis/kafka.py", "import booking.app", {INDEPENDENT}),
    ("contracts/values.py", "import chassis.errors", {INDEPENDENT, PURE}),
    ("booking/app.py", "import maillage.cli", {INDEPENDENT}),
    ("contracts/values.py", "import asyncpg", {DATA_ONLY, PURE}),
    ("contracts/events.py", "import httpx", {DATA_ONLY}),
    ("booking/bookings/model.py", "import asyncpg", {PURE}),
    ("membership/bookings/model.py", "import os", {PURE}),
    ("billing/bookings/model.py", "import asyncio", {PURE}),
    ("notifications/bookings/model.py", "import time", {PURE}),
    ("booking/bookings/model.py", "from chassis.outbox import flush", {PURE}),
    ("booking/bookings/model.py", "import chassis.kafka", {PURE}),
    ("chassis/errors.py", "import logging", {PURE}),
    ("booking/bookings/model.py", "from booking.bookings import store", {PURE, ONE_WAY, ACYCLIC}),
    ("booking/bookings/store.py", "from booking.bookings import handlers", {ONE_WAY, ACYCLIC}),
    ("booking/bookings/store.py", "from booking.bookings import ports", {ONE_WAY}),
    ("booking/bookings/api.py", "from booking.bookings import consumer", {ONE_WAY}),
    ("booking/bookings/service.py", "", {ONE_WAY}),
    ("booking/resources/model.py", "from booking.bookings import model", {ACYCLIC}),
    ("booking/bookings/handlers.py", "import asyncpg", {SQL}),
    ("billing/bookings/api.py", "import asyncpg", {SQL}),
    ("membership/bookings/consumer.py", "import psycopg", {SQL}),
    ("notifications/bookings/ports.py", "import asyncpg", {SQL}),
    ("billing/bookings/consumer.py", "import aiokafka", {KAFKA}),
    ("notifications/app.py", "import faststream", {KAFKA}),
    ("portal/app.py", "import asyncpg", {CLIENT}),
    ("portal/app.py", "import chassis.kafka", {CLIENT}),
    ("portal/app.py", "from contracts import values", {CLIENT}),
    ("portal/app.py", "import booking.app", {CLIENT, INDEPENDENT}),
    ("portal/today/model.py", "import httpx", {PURE}),
    ("portal/today/model.py", "from portal import app", {PURE, ACYCLIC}),
    ("maillage/demo/oracle.py", "import billing.app", {ORACLE}),
    ("maillage/demo/tables.py", "from contracts import values", {ORACLE}),
]


def configuration() -> dict[str, Any]:
    """Return the import contracts as the linter reads them."""
    linter: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return linter


def broken_contracts(folder: Path) -> set[str]:
    """Return the names of the contracts that the linter finds broken in a folder."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    verdicts = re.findall(r"^(.*) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE)
    assert len(verdicts) == len(configuration()["contracts"]), done.stdout + done.stderr
    broken = {name for name, verdict in verdicts if verdict == "BROKEN"}
    assert bool(broken) == bool(done.returncode), done.stdout
    return broken


def write(folder: Path, module: str, text: str) -> None:
    """Write one module of the skeleton, and its folder."""
    file = folder / f"{module}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture(scope="module")
def clean_skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four services of two slices each, chassis, contracts and command: as small as the contracts allow."""
    folder = tmp_path_factory.mktemp("skeleton")
    shutil.copy(PROJECT / "pyproject.toml", folder)
    for package in configuration()["root_packages"]:
        write(folder, f"{package}/__init__", "")
    for module in ("errors", "nouns", "db", "outbox", "kafka", "http", "consumer"):
        write(folder, f"chassis/{module}", "")
    write(folder, "chassis/errors", "import re\nfrom pydantic import JsonValue\n")
    write(folder, "chassis/kafka", "import aiokafka, faststream\nfrom contracts import events\n")
    write(folder, "contracts/values", "import pydantic\n")
    write(folder, "contracts/events", "from contracts import values\n")
    write(folder, "maillage/cli", "import booking.app, billing.app\n")
    write(folder, "maillage/demo/__init__", "")
    write(folder, "maillage/demo/tables", "")
    write(folder, "maillage/demo/oracle", "from maillage.demo import tables\n")
    write(folder, "portal/today/__init__", "")
    write(folder, "portal/today/model", "from datetime import date\n")
    write(folder, "portal/app", "import httpx\nfrom chassis import errors\nfrom portal.today import model\n")
    for service in SERVICES:
        for slice_name in ("bookings", "resources"):
            for module, text in SLICE.items():
                path = f"{service}/{slice_name}"
                write(folder, f"{path}/{module}", text.format(slice=path.replace("/", ".")))
        write(folder, f"{service}/app", f"from {service}.bookings import api, consumer\n")
        with (folder / service / "bookings/handlers.py").open("a") as handlers:
            handlers.write(f"from {service}.resources import store as resources\n")
    return folder


def test_the_project_keeps_every_import_contract() -> None:
    assert broken_contracts(PROJECT) == set()


def test_a_clean_skeleton_keeps_every_import_contract(clean_skeleton: Path) -> None:
    assert broken_contracts(clean_skeleton) == set()


@pytest.mark.parametrize(
    ("file", "line", "broken"), PLANTED, ids=[f"{file}:{line}" for file, line, _ in PLANTED]
)
def test_a_planted_import_breaks_exactly_the_contracts_that_forbid_it(
    clean_skeleton: Path, tmp_path: Path, file: str, line: str, broken: set[str]
) -> None:
    folder = shutil.copytree(clean_skeleton, tmp_path / "planted")
    with (folder / file).open("a") as planted:
        planted.write(f"{line}\n")
    assert broken_contracts(folder) == broken


def test_contracts_import_pydantic_and_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "contracts", "pydantic", "pydantic_core"}
    for file in (PROJECT / "contracts" / "src").rglob("*.py"):
        text = file.read_text()
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
        assert imported <= allowed, f"{file.name} imports {sorted(imported - allowed)}"


def test_the_month_s_oracle_imports_the_standard_library_and_itself_only() -> None:
    for module in BY_HAND:
        assert foreign((BUILDERS / f"{module}.py").read_text()) == set(), module


@pytest.mark.parametrize(
    "line",
    [
        "import booking.app",
        "import re, billing",
        "from chassis.ids import new_id",
        "from contracts import values",
        "from month_lived import Month",
        "def late():\n    from membership import app",
    ],
)
def test_a_planted_import_shows_in_the_month_s_oracle(line: str) -> None:
    text = (BUILDERS / "month_oracle.py").read_text()
    assert len(foreign(f"{text}\n{line}\n")) == 1


def foreign(text: str) -> set[str]:
    """Return what a module imports beyond the standard library and what else is kept by hand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
    return found - {*sys.stdlib_module_names, *BY_HAND}


def test_every_contract_has_a_planted_import_that_breaks_it() -> None:
    named = {contract["name"] for contract in configuration()["contracts"]}
    assert named == set().union(*(broken for _, _, broken in PLANTED))


def test_every_package_of_the_workspace_stands_under_the_contracts(project_files: list[Path]) -> None:
    sources = [file.relative_to(PROJECT).parts for file in project_files if file.name == "__init__.py"]
    packages = {parts[parts.index("src") + 1] for parts in sources if "src" in parts}
    assert packages == set(configuration()["root_packages"])


def test_every_service_stands_in_every_contract_about_services() -> None:
    services = {
        folder.name for folder in (PROJECT / "services").iterdir() if (folder / "pyproject.toml").is_file()
    }
    for contract in configuration()["contracts"]:
        if contract["name"] in {INDEPENDENT, DATA_ONLY, CLIENT, ORACLE}:
            continue
        places = contract.get("source_modules") or contract.get("containers") or contract.get("ancestors")
        assert services <= {place.split(".")[0] for place in places}, contract["name"]
