"""Reads what makes a computer a shared desk: the territory, the device and its secret, in one cookie."""

import hashlib
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Device:
    """A shared computer, as its own cookie knows it."""

    territory: str
    device_id: str
    secret: str

    @classmethod
    def of(cls, cookie: str) -> Self | None:
        """Read the cookie; None where this computer is no shared desk."""
        parts = cookie.split(".")
        return cls(*parts) if len(parts) == 3 and all(parts) and parts[0].isdigit() else None  # noqa: PLR2004

    @property
    def cookie(self) -> str:
        return f"{self.territory}.{self.device_id}.{self.secret}"

    @property
    def said(self) -> dict[str, str]:
        """What a turn is asked for with."""
        return {"device_id": self.device_id, "device_secret": self.secret}

    @property
    def digest(self) -> str:
        """What membership keeps of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()
