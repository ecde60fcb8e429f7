"""The portal as a part: the pages, a client of the services without a database."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from maillage.runtime.part import Part
from maillage.runtime.ports import require_free
from maillage.services import Service, answers_ready
from maillage.settings import SERVICES, Settings

PORT_SETTING = "MAILLAGE_PORTAL_PORT"


def parts(settings: Settings, services: list[Service]) -> list[Part]:
    """The portal, where it is installed and people can sign in."""
    opens = any(service.name == "membership" for service in services)
    return [_part(settings)] if opens and find_spec("portal") else []


def _part(settings: Settings) -> Part:
    return Part(
        name="portal",
        command=lambda: [sys.executable, "-m", "portal"],
        log=settings.data / "log" / "portal.log",
        environment=lambda: {
            "MAILLAGE_PORT": str(settings.portal_port),
            "MAILLAGE_PUBLIC_URL": settings.portal_address,
            "MAILLAGE_SECRETS_DIR": str(settings.secrets / "services" / "portal"),
            **{f"MAILLAGE_{name.upper()}_URL": settings.address(name) for name in SERVICES},
        },
        prepare=lambda: require_free(settings.portal_port, "portal", PORT_SETTING),
        ready=lambda _pid: answers_ready(settings.portal_port),
        address=settings.portal_address,
    )
