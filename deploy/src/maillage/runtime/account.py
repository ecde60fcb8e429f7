"""Whose account a server runs in, what that account may enter, and the folders and secrets made for it."""

from __future__ import annotations

import os
import pwd
import secrets
from pathlib import Path
from typing import Any

from maillage.sentences import NOT_REACHABLE, StartError


def unprivileged(folder: Path) -> int | None:
    """The user id that a server takes when we are root: its folder's owner, else `nobody`; else None."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    return owner or pwd.getpwnam("nobody").pw_uid


def group_of(user: int) -> int:
    return pwd.getpwuid(user).pw_gid


def process_of(user: int | None) -> dict[str, Any]:
    """The arguments of `subprocess` that start a process in this account."""
    if user is None:
        return {}
    return {"user": user, "group": group_of(user), "extra_groups": []}


def can_enter(folder: Path, user: int) -> bool:
    """Whether the user may pass through every folder on the way, judged by owner and «others» alone."""
    for step in (folder, *folder.parents):
        status = step.stat()
        if not status.st_mode & (0o100 if status.st_uid == user else 0o001):
            return False
    return True


def require_reachable(folder: Path, user: int) -> None:
    """Raises StartError when the user cannot enter the folder."""
    if not can_enter(folder, user):
        raise StartError(NOT_REACHABLE, user=pwd.getpwuid(user).pw_name, folder=folder)


def own_folder(folder: Path, user: int | None) -> None:
    """Make a folder that only its user may enter."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user is not None:
        os.chown(folder, user, group_of(user))
    folder.chmod(0o700)


def secret(path: Path) -> str:
    """The secret kept in a file that only its owner may read; drawn when there is none yet."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return path.read_text(encoding="utf-8")
    drawn = secrets.token_urlsafe(24)
    unfinished = path.with_name(f"{path.name}.unfinished")
    write_private(unfinished, drawn)
    unfinished.rename(path)
    return drawn


def write_private(path: Path, text: str, user: int | None = None) -> None:
    """Write a file that only its user may read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if user is not None:
            os.fchown(descriptor, user, group_of(user))
