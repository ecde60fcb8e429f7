"""Draws the tokens of calendars."""

from secrets import token_urlsafe


def draw_token() -> str:
    """Return 128 random bits."""
    return token_urlsafe(16)
