"""Draws keys from the system's randomness."""

import secrets

from notifications.partners.model import PREFIX

_BYTES = 32  # 256 bits


def draw_key() -> str:
    """Return a new key, `mlg_` and 43 characters."""
    return PREFIX + secrets.token_urlsafe(_BYTES)
