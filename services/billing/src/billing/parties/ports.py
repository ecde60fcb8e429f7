"""Reaches the platform's key-encryption key, in the secrets folder of the process."""

import os
from functools import cache
from pathlib import Path

from chassis.privacy import SealError, load_kek


def kek() -> bytes | None:
    """Return the key, or None while membership has not drawn it: names stay sealed until then."""
    try:
        return _kek(Path(os.environ["MAILLAGE_SECRETS_DIR"]))
    except (KeyError, SealError):
        return None


_kek = cache(load_kek)
