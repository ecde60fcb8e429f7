"""A browser without script, as far as the portal can tell: cookies, forms, redirections."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar
from litestar.testing import AsyncTestClient
from services_double import Services

from portal.app import application
from portal.settings import SERVICES, Settings

Browser = AsyncTestClient[Litestar]
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


def settings(secrets: Path) -> Settings:
    addresses = {service: f"http://{service}" for service in SERVICES}
    return Settings(8100, "http://127.0.0.1:8100", secrets, addresses)


@asynccontextmanager
async def browser(services: Services, secrets: Path) -> AsyncIterator[Browser]:
    """Open a browser at a portal that reaches these services."""
    async with AsyncTestClient(application(settings(secrets), services)) as client:
        yield client


async def form_token(client: Browser, path: str = "/sign-in") -> str:
    """Read the token of the page's forms."""
    found = _TOKEN.search((await client.get(path)).text)
    assert found
    return found[1]


async def sign_in(client: Browser) -> None:
    token = {"_csrf_token": await form_token(client)}
    await client.post("/sign-in", data=token | {"mail": "ines@carcassonne.example"})
    answer = await client.post("/sign-in/code", data=token | {"code": "123456"})
    assert answer.url.path == "/today", answer.text
