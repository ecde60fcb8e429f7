"""One platform with one small story, for all pages of a run."""

import os
from collections.abc import Iterator

import hub_fablab
import hub_network
import hub_story
import hub_week
import portal_visits
import pytest
from hub_story import Hub
from journey import Platform
from portal_visits import Visitor


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The platform as `maillage up` starts it, on ports and in a folder of its own."""
    with Platform.running() as platform:
        yield platform


@pytest.fixture(scope="session")
def hub(platform: Platform) -> Hub:
    """The « 302 » after its first month, at the beginning of a week."""
    return hub_network.joined(hub_fablab.opened(hub_week.begun(hub_story.lived(platform))))


@pytest.fixture(scope="session")
def portal(platform: Platform) -> str:
    """The address of the portal."""
    return platform.address("portal")


@pytest.fixture(scope="session")
def visitors(hub: Hub, portal: str) -> dict[str, Visitor]:
    """One person of each role, signed in to the portal."""
    mails = hub.platform.data / "mail"
    return {
        name: portal_visits.signed_in(portal, name, mail, mails) for name, mail in hub_story.MAILS.items()
    }


@pytest.fixture(scope="session")
def screenshots() -> str:
    """The folder that screenshots go to, if one is wanted."""
    return os.environ.get("MAILLAGE_SCREENSHOTS", "")
