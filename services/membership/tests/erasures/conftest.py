"""Lends these tests the people of a territory."""

from people_builders import people

__all__ = ["people"]
