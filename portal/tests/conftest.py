"""What every test of the portal starts from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from portal_client import Browser, browser
from services_double import Services

from portal import wording


@pytest.fixture(autouse=True)
def french() -> None:
    wording.language.set("fr")


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
async def client(services: Services, tmp_path: Path) -> AsyncIterator[Browser]:
    async with browser(services, tmp_path) as opened:
        yield opened
