"""Lends these tests two workshops, each in a territory of its own."""

from life_builders import life
from people_builders import people
from workshop_builders import neighbour, workshop

__all__ = ["life", "neighbour", "people", "workshop"]
