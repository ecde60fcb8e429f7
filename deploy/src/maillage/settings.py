"""What the operator may choose, read once from the environment and the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SERVICES = {"membership": 8101, "booking": 8102, "billing": 8103, "notifications": 8104}
PORTAL_PORT = 8100
FIRST_OPERATOR = "operator@maillage.example"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the platform's data and ports are, and which parts of it exist already.

    MAILLAGE_DATA_DIR (default `.maillage`), MAILLAGE_KAFKA_PORT (9192), MAILLAGE_SMTP_PORT (2525),
    MAILLAGE_PORTAL_PORT (8100), MAILLAGE_<SERVICE>_PORT (8101–8104), MAILLAGE_KAFKA (host:port of an existing
    broker), MAILLAGE_POSTGRES (superuser DSN of an existing PostgreSQL 18), MAILLAGE_START_SECONDS (60, per
    stage), MAILLAGE_SERVICES (names with commas; default: every service that is installed),
    MAILLAGE_FIRST_OPERATOR_MAIL (who may open territories on a new installation).
    """

    data: Path
    kafka_port: int = 9192
    smtp_port: int = 2525
    portal_port: int = PORTAL_PORT
    ports: Mapping[str, int] = field(default_factory=lambda: dict(SERVICES))
    kafka: str | None = None
    postgres: str | None = None
    start_seconds: float = 60.0
    services: tuple[str, ...] = tuple(SERVICES)
    checkouts: Mapping[str, Path] = field(default_factory=dict)
    first_operator: str = FIRST_OPERATOR

    @classmethod
    def read(
        cls, environment: Mapping[str, str] = os.environ, checkouts: Mapping[str, Path] | None = None
    ) -> Self:
        """Raises ValueError for a port or a number of seconds that is none."""
        return cls(
            data=Path(environment.get("MAILLAGE_DATA_DIR") or ".maillage").absolute(),
            kafka_port=_number(environment, "MAILLAGE_KAFKA_PORT", 9192),
            smtp_port=_number(environment, "MAILLAGE_SMTP_PORT", 2525),
            portal_port=_number(environment, "MAILLAGE_PORTAL_PORT", PORTAL_PORT),
            ports={name: _number(environment, port_setting(name), port) for name, port in SERVICES.items()},
            kafka=environment.get("MAILLAGE_KAFKA") or None,
            postgres=environment.get("MAILLAGE_POSTGRES") or None,
            start_seconds=_number(environment, "MAILLAGE_START_SECONDS", 60),
            services=_services(environment.get("MAILLAGE_SERVICES", "")),
            checkouts=checkouts or {},
            first_operator=environment.get("MAILLAGE_FIRST_OPERATOR_MAIL") or FIRST_OPERATOR,
        )

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def portal_address(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def kafka_address(self) -> str:
        return self.kafka or f"127.0.0.1:{self.kafka_port}"


def port_setting(service: str) -> str:
    return f"MAILLAGE_{service.upper()}_PORT"


def _services(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(set(names) - set(SERVICES))
    if unknown:
        raise ValueError(f"MAILLAGE_SERVICES names «{unknown[0]}»; the services are {', '.join(SERVICES)}")
    return names or tuple(SERVICES)


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - ports end there, and so does patience
        raise ValueError(f"{name} must be a whole number from 1 to 65535, not «{text}»")
    return int(text)
