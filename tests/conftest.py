"""Lets all journeys of a run with several workers live on one platform, while the others do the rest."""

from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling

JOURNEYS: Final = "tests/journeys/"


class OnePlatform(LoadFileScheduling):  # type: ignore[misc] # it ships no types
    """Keeps every file together, and all journeys: a platform is long to start, and works while it rests."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OnePlatform | None:
    """Take this one for `--dist loadfile`; whoever wants two platforms says `--dist loadscope`."""
    return OnePlatform(config, log) if config.getvalue("dist") == "loadfile" else None
