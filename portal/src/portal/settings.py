"""Owns what the portal reads from its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Self, get_args

from chassis.settings import SettingsError

Service = Literal["membership", "booking", "billing", "notifications"]
SERVICES: Final[tuple[Service, ...]] = get_args(Service)


@dataclass(frozen=True, slots=True)
class Settings:
    """How the portal runs."""

    port: int
    public_url: str
    """Address under which people reach the portal; https makes its cookies secure."""
    secrets_dir: Path
    """Folder of the key that seals sessions."""
    services: Mapping[Service, str] = field(default_factory=dict)
    """Address of each service."""
    debug: bool = False
    """Texts of exceptions in the logs: never in production."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; raises SettingsError, which names every one that is missing or wrong."""
        addresses = {service: f"MAILLAGE_{service.upper()}_URL" for service in SERVICES}
        faults = [
            f"{name} is missing."
            for name in ("MAILLAGE_PORT", "MAILLAGE_PUBLIC_URL", "MAILLAGE_SECRETS_DIR", *addresses.values())
            if not environment.get(name, "").strip()
        ]
        faults += [
            f"{name} is no address that begins with http:// or https://."
            for name in ("MAILLAGE_PUBLIC_URL", *addresses.values())
            if environment.get(name) and not environment[name].startswith(("http://", "https://"))
        ]
        port = environment.get("MAILLAGE_PORT", "")
        if port and not (port.isdecimal() and 0 < int(port) < 65_536):  # noqa: PLR2004 - ports end there
            faults.append("MAILLAGE_PORT is no number from 1 to 65535.")
        if faults:
            raise SettingsError("\n".join(faults))
        return cls(
            port=int(port),
            public_url=environment["MAILLAGE_PUBLIC_URL"].rstrip("/"),
            secrets_dir=Path(environment["MAILLAGE_SECRETS_DIR"]).absolute(),
            services={service: environment[name].rstrip("/") for service, name in addresses.items()},
            debug=environment.get("MAILLAGE_DEBUG", "") not in ("", "0", "false", "no"),
        )
