"""A tiny service: counts touches of items on command, and hears of their charges."""
