"""Owns what happened at the machines: a file that only grows, on disk before anybody is let in."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Lines of JSON, each on disk when `write` returns; a torn last line counts as not written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._entries = list(_read(path))

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry and have it on disk; a line that was torn before is ended first."""
        with self._path.open("ab") as file:
            torn = file.tell() and not self._path.read_bytes().endswith(b"\n")
            file.write((b"\n" if torn else b"") + json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._entries.append(entry)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All that was written, oldest first."""
        return list(self._entries)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue  # cut off by a loss of power: nobody was answered
