"""Lends these tests a territory whose clock moves."""

from life_builders import life
from people_builders import people

__all__ = ["life", "people"]
