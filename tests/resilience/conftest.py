"""Owns the fixtures of the resilience tests: rigs of the two tiny services, alpha's database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from broker_proxy import BrokerProxy
from rig import Rig, a_rig


@pytest.fixture(scope="session")
def service() -> tuple[str, tuple[str, ...]]:
    """Alpha, whose journal shows every effect."""
    return "alpha", ("alpha",)


@pytest.fixture
async def rig(postgres: str, kafka: str, tmp_path: Path) -> AsyncIterator[Rig]:
    """Alpha and beta on databases and topics of their own; no process is started yet."""
    async with a_rig(tmp_path) as rig:
        yield rig


@pytest.fixture
async def proxy(kafka: str) -> AsyncIterator[BrokerProxy]:
    """A door in front of the broker that can lose what passes."""
    proxy = BrokerProxy(kafka)
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.fixture
async def proxied_rig(postgres: str, proxy: BrokerProxy, tmp_path: Path) -> AsyncIterator[Rig]:
    """A rig whose services reach the broker through the proxy."""
    async with a_rig(tmp_path, bootstrap=proxy.address) as rig:
        yield rig
