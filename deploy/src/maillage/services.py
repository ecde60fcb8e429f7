"""The services as parts: which are there, from which checkout, with which environment, migrated how."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from maillage.runtime.marks import mark_of
from maillage.runtime.part import Part, last_words
from maillage.runtime.ports import require_free
from maillage.sentences import CHECKOUT_WITHOUT_SERVICE, MIGRATION_FAILED, StartError
from maillage.settings import SERVICES, Settings, port_setting

if TYPE_CHECKING:
    from maillage.runtime.bootstrap import ServiceAccess

DRAIN_SECONDS = 30.0


@dataclass(slots=True)
class Service:
    """One service of the platform and how to run it; `access` is known once its database exists."""

    name: str
    settings: Settings
    access: ServiceAccess | None = None

    @property
    def port(self) -> int:
        return self.settings.ports[self.name]

    def part(self) -> Part:
        return Part(
            name=self.name,
            command=lambda: [self._python(), "-m", self.name],
            log=self.settings.data / "log" / f"{self.name}.log",
            environment=self.environment,
            prepare=lambda: require_free(self.port, self.name, port_setting(self.name)),
            ready=lambda _pid: answers_ready(self.port),
            stop_seconds=DRAIN_SECONDS,
            address=self.settings.address(self.name),
        )

    def environment(self) -> dict[str, str]:
        """Settings of a running service: never the migrator's address, whose role passes row security."""
        folder = self.settings.data / "services" / self.name
        folder.mkdir(parents=True, exist_ok=True)
        return self._code() | {
            "MAILLAGE_DATABASE_URL": self.access.database_url if self.access else "",
            "MAILLAGE_DATA_DIR": str(folder),
            "MAILLAGE_ISSUER": self.settings.address("membership"),
            "MAILLAGE_KAFKA": self.settings.kafka_address,
            "MAILLAGE_PORT": str(self.port),
            "MAILLAGE_PUBLIC_URL": self.settings.portal_address,
            "MAILLAGE_SECRETS_DIR": str(self.settings.secrets / "services" / self.name),
            "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{self.settings.smtp_port}",
        }

    def make_database(self, superuser: str) -> None:
        """Make its database, its roles and its folder of secrets where they are missing."""
        from maillage.runtime import bootstrap  # noqa: PLC0415 - the servers start while drivers are loaded

        self.access = bootstrap.ensure_service(superuser, self.name, self.settings.secrets)
        bootstrap.share_kek(self.settings.secrets, self.name)

    def is_migrated(self) -> bool:
        """Whether its database was last migrated with the sources here; with a checkout it never is."""
        return self.name not in self.settings.checkouts and self._access().mark == self._mark()

    def migrate(self) -> None:
        """Bring schema and reference rows up to date and mark the database so; raises StartError."""
        from maillage.runtime import bootstrap  # noqa: PLC0415 - the same

        migrator_url = self._access().migrator_url
        bootstrap.set_mark(migrator_url, None)
        self._run_migrate(migrator_url)
        if self.name not in self.settings.checkouts:
            bootstrap.set_mark(migrator_url, self._mark())

    def contract_steps(self) -> list[str]:
        """The steps of these sources that take something away from the schema and are not applied yet."""
        from maillage.runtime import bootstrap  # noqa: PLC0415 - the same

        checkout = self.settings.checkouts.get(self.name)
        wanted = set()
        for package in ("chassis", self.name):
            source = source_of(checkout, package) / "migrations"
            wanted |= {f"{package}/{file.stem}" for file in source.glob("*_contract_*.sql")}
        return sorted(wanted - bootstrap.applied(self._access().migrator_url))

    def _access(self) -> ServiceAccess:
        if self.access is None:
            raise RuntimeError(f"{self.name} has no database yet")
        return self.access

    def _mark(self) -> str:
        return mark_of(("contracts", "chassis", self.name), self.settings.first_operator)

    def _run_migrate(self, migrator_url: str) -> None:
        log = self.settings.data / "log" / f"{self.name}.log"
        with log.open("a", encoding="utf-8") as file:
            result = subprocess.run(
                [self._python(), "-m", self.name, "migrate"],
                env={
                    **os.environ,
                    **self.environment(),
                    "MAILLAGE_MIGRATOR_URL": migrator_url,
                    "MAILLAGE_FIRST_OPERATOR_MAIL": self.settings.first_operator,
                },
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            file.write(result.stdout + result.stderr)
        if result.returncode:
            reason = last_words(result.stderr or result.stdout) or f"exit code {result.returncode}"
            raise StartError(MIGRATION_FAILED, service=self.name, reason=reason, log=log)

    def _python(self) -> str:
        checkout = self.settings.checkouts.get(self.name)
        own = checkout / ".venv" / "bin" / "python" if checkout else None
        return str(own) if own and own.exists() else sys.executable

    def _code(self) -> dict[str, str]:
        """The import path of another checkout that has no environment of its own."""
        checkout = self.settings.checkouts.get(self.name)
        if checkout is None or (checkout / ".venv" / "bin" / "python").exists():
            return {}
        sources = [source_of(checkout, package).parent for package in (self.name, "chassis", "contracts")]
        return {"PYTHONPATH": os.pathsep.join(map(str, sources))}


def present(settings: Settings) -> list[Service]:
    """The services that can run; raises StartError for a checkout without the service asked of it."""
    require_checkouts(settings)
    return [
        Service(name, settings)
        for name in settings.services
        if name in settings.checkouts or _installed(name)
    ]


def require_checkouts(settings: Settings) -> None:
    """Raises StartError for a checkout without the service asked of it."""
    for name, checkout in settings.checkouts.items():
        if not (source_of(checkout, name) / "__main__.py").is_file():
            raise StartError(CHECKOUT_WITHOUT_SERVICE, service=name, path=checkout)


def source_of(checkout: Path | None, package: str) -> Path:
    """The folder of a package: in the checkout, or where it is installed for this command."""
    if checkout is None:
        spec = find_spec(package)
        return Path(spec.submodule_search_locations[0] if spec and spec.submodule_search_locations else "")
    if package in SERVICES:
        return checkout / "services" / package / "src" / package
    return checkout / package / "src" / package


def checkouts_named(asked: list[str]) -> Mapping[str, Path | None]:
    """`["billing=../other"]` as a mapping, None for `billing=`; raises ValueError for anything else."""
    found: dict[str, Path | None] = {}
    for item in asked:
        name, equals, path = item.partition("=")
        if not equals or name not in SERVICES:
            raise ValueError(f"--service takes NAME=PATH, NAME one of {', '.join(SERVICES)}, not «{item}»")
        found[name] = Path(path).resolve() if path else None
    return found


def answers_ready(port: int) -> bool:
    """Whether GET /health/ready answers 200 within a second."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _installed(name: str) -> bool:
    try:
        return find_spec(f"{name}.__main__") is not None
    except ModuleNotFoundError:
        return False
