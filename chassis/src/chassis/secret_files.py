"""Owns how a secret comes to lie in a file: drawn once, readable by its owner alone."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chassis.ids import new_id


def secret_in(path: Path, draw: Callable[[], bytes]) -> bytes:
    """Return the file's content, drawn and written with mode 0600 where there is no file yet.

    Of two processes that start at once, one writes and both return the same; a kill leaves a whole file
    or none.
    """
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{new_id()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(draw())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_bytes()
