"""What the demo leaves in the data folder: that it was lived, who can sign in, and the partner's key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from maillage.sentences import language
from maillage.settings import Settings

FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Note:
    """A demo that was lived here; the partner's key stands in it, since the platform shows it only once."""

    seed: int
    month: str
    partner_key: str
    sign_ins: dict[str, str]

    @classmethod
    def read(cls, data: Path) -> Note | None:
        """Return the note of an earlier run, None where there is none."""
        try:
            return cls(**json.loads((data / FILE).read_text("utf-8")))
        except (OSError, TypeError, ValueError):
            return None

    def write(self, data: Path) -> None:
        """Keep it for the owner of the folder alone."""
        unfinished = data / f".{FILE}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")
        unfinished.rename(data / FILE)


def invitation(settings: Settings) -> list[str]:
    """Return the lines that offer the demo, or say who can sign in once it was lived."""
    note = Note.read(settings.data)
    if note is None and language() == "fr":
        return ["Deux mois de la vie d'un lieu, vérifiés fait par fait : `maillage demo`."]
    if note is None:
        return ["Live two months of a hub, checked fact by fact: `maillage demo`."]
    return sign_ins(note.sign_ins, settings)


def sign_ins(mails: Mapping[str, str], settings: Settings) -> list[str]:
    """Return the lines that say who can sign in, and how."""
    rows = [f"  {role:<9}{mail}" for role, mail in mails.items()]
    caught = settings.data / "mail"
    if language() == "fr":
        return [
            f"Connectez-vous à {settings.portal_address}/sign-in comme :",
            *rows,
            f"Le code est dans le dernier courriel de {caught} ; `maillage token ADRESSE` le lit.",
        ]
    return [
        f"Sign in at {settings.portal_address}/sign-in as:",
        *rows,
        f"The code is in the last mail of {caught}; `maillage token ADDRESS` reads it.",
    ]
