"""Decides what a controller and a badge are known by: digests, never the secrets themselves."""

import hashlib
from typing import NamedTuple
from uuid import UUID

from chassis.errors import Refused


class ControllerUnknown(Refused):
    """The token of this controller is unknown, or was revoked."""

    status = 401
    fr = "Le jeton de ce contrôleur est inconnu, ou a été révoqué."
    cure = ("Register the controller anew.", "Enregistrez de nouveau le contrôleur.")


class BadgeHeld(Refused):
    """This badge is held by somebody: a badge opens for one person."""

    fr = "Ce badge est déjà attribué : un badge n’ouvre que pour une personne."
    cure = ("Take it back first, or give another one.", "Retirez-le d’abord, ou donnez-en un autre.")


class Badge(NamedTuple):
    """A badge that somebody holds."""

    badge_id: UUID
    person_id: UUID
    digest: str


def digest(token: str) -> bytes:
    """Return what is kept of a controller's token."""
    return hashlib.sha256(token.encode()).digest()


def badge_digest(territory_id: str, code: str) -> str:
    """Return what is kept of a badge, and what a controller compares: the same code elsewhere is another."""
    return hashlib.sha256(f"badge\0{territory_id}\0{code.strip().upper()}".encode()).hexdigest()
