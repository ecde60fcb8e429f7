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

from maillage.runtime.bootstrap import ServiceAccess, ensure_service, share_kek
from maillage.runtime.part import Part, last_words
from maillage.runtime.ports import require_free
from maillage.sentences import CHECKOUT_WITHOUT_SERVICE, MIGRATION_FAILED, StartError
from maillage.settings import PORTAL_PORT, SERVICES, Settings, port_setting

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
            "MAILLAGE_PUBLIC_URL": f"http://127.0.0.1:{PORTAL_PORT}",
            "MAILLAGE_SECRETS_DIR": str(self.settings.secrets / "services" / self.name),
            "MAILLAGE_SMTP_URL": f"smtp://127.0.0.1:{self.settings.smtp_port}",
        }

    def make_database(self, superuser: str) -> None:
        """Make its database, its roles and its folder of secrets where they are missing."""
        self.access = ensure_service(superuser, self.name, self.settings.secrets)
        share_kek(self.settings.secrets, self.name)

    def migrate(self) -> None:
        """Bring the schema up to date; raises StartError."""
        log = self.settings.data / "log" / f"{self.name}.log"
        with log.open("a", encoding="utf-8") as file:
            result = subprocess.run(
                [self._python(), "-m", self.name, "migrate"],
                env={
                    **os.environ,
                    **self.environment(),
                    "MAILLAGE_MIGRATOR_URL": self.access.migrator_url if self.access else "",
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
        sources = (
            source_folder(checkout, self.name),
            checkout / "chassis" / "src",
            checkout / "contracts" / "src",
        )
        return {"PYTHONPATH": os.pathsep.join(map(str, sources))}


def present(settings: Settings) -> list[Service]:
    """The services that can run; raises StartError for a checkout without the service asked of it."""
    for name, checkout in settings.checkouts.items():
        if not (source_folder(checkout, name) / name / "__main__.py").is_file():
            raise StartError(CHECKOUT_WITHOUT_SERVICE, service=name, path=checkout)
    return [
        Service(name, settings)
        for name in settings.services
        if name in settings.checkouts or _installed(name)
    ]


def source_folder(checkout: Path, name: str) -> Path:
    return checkout / "services" / name / "src"


def checkouts_named(asked: list[str]) -> Mapping[str, Path]:
    """`["billing=../other"]` as a mapping; raises ValueError for anything else."""
    found = {}
    for item in asked:
        name, equals, path = item.partition("=")
        if not equals or name not in SERVICES or not path:
            raise ValueError(f"--service takes NAME=PATH, NAME one of {', '.join(SERVICES)}, not «{item}»")
        found[name] = Path(path).resolve()
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
