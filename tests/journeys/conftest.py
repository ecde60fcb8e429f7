"""One platform for all journeys of a run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from journey import Person, Platform
from territory_story import Place, Story, Two, signed_in

NARBONNE = Place("241100593", "Narbonne", ("11262", "11100", "Narbonne"), "Zyxaude")
SAINT_OMER = Place("200069037", "Saint-Omer", ("62765", "62500", "Saint-Omer"), "Qwvaudomar")


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The platform as `maillage up` starts it, on ports and in a folder of its own."""
    with Platform.running() as platform:
        yield platform


@pytest.fixture(scope="session")
def operator(platform: Platform) -> Person:
    """The platform's first operator."""
    return platform.sign_in("operator@maillage.example")


@pytest.fixture(scope="session")
def lived(platform: Platform) -> Iterator[Two]:
    """Two territories that no other journey opens, each after a month lived by its own people."""
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(2) as pool:
        operator, _ = signed_in(platform, client, "operator@maillage.example")
        stories = [Story(platform, place, operator) for place in (NARBONNE, SAINT_OMER)]
        yield Two(*pool.map(Story.lived, stories))


@pytest.fixture
def two(lived: Two) -> Two:
    """The two territories, everybody with a token that is good for the whole test."""
    for story in (lived.here, lived.there):
        story.renew()
    return lived
