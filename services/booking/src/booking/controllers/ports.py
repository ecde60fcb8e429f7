"""Draws the tokens of controllers."""

from secrets import token_urlsafe


def draw_token() -> str:
    """Return 256 random bits."""
    return token_urlsafe(32)
