"""Runs the demo for the command line: narrated on stderr, with a table of facts at the end."""

from __future__ import annotations

import asyncio

from maillage.demo.show import narrator, print_facts, summary
from maillage.demo.story import Told, lived
from maillage.sentences import StartError
from maillage.settings import Settings

__all__ = ["run", "summary"]


def run(settings: Settings, seed: int, month: str) -> Told:
    """Live the demo and show its facts. Raises StartError."""
    with narrator() as tell:
        try:
            told = asyncio.run(lived(settings, seed, month, tell))
        except* StartError as failures:
            raise _first(failures) from None
    print_facts(told)
    return told


def _first(failures: BaseExceptionGroup[StartError]) -> StartError:
    """Return one of the failures of acts that were done side by side."""
    found = failures.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
