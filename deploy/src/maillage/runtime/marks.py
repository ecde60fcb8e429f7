"""Marks: «this was done with the sources that are here now», so that a start leaves out what is done.

A mark is the digest of every file of the packages that decide: one line of code, one row of a reference
file changes it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def mark_of(packages: tuple[str, ...], *said: str) -> str:
    """The mark of the packages' files and of whatever else decides."""
    digest = hashlib.sha256()
    for part in (*map(_digest_of, packages), *said):
        digest.update(f"{len(part)} {part}".encode())
    return digest.hexdigest()


@cache
def _digest_of(package: str) -> str:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"{package} is not installed")
    folder = Path(spec.submodule_search_locations[0])
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder)} {len(content)} ".encode())
            digest.update(content)
    return digest.hexdigest()
