"""Decides whether a process is alive and whether it may be given work, from checks by name."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from chassis.clock import utc_now
from chassis.db import Database
from chassis.faults import described
from chassis.migrations import pending

Check = Callable[[], Awaitable[str | None]]
"""Answers None when all is well, else what is not, in a few words; an exception says so too."""

Body = dict[str, object]

_PATIENCE = 2.0  # seconds a check may take
_FRESH = 1.0  # seconds a finding is good for, so that probes do not load what they look at


@dataclass(slots=True)
class _Finding:
    """What a check found, and since when it finds the same."""

    check: Check
    detail: str | None = "not looked at yet"
    since: dt.datetime = field(default_factory=utc_now)
    looked_at: float = float("-inf")


class Health:
    """The named checks of one process.

    Alive: the loop answers and the watchdogs are content; a supervisor restarts a process that is not. Ready:
    also what it works with is there and it is not leaving; a balancer sends no requests to one that is not.
    """

    def __init__(self) -> None:
        self._live: dict[str, _Finding] = {}
        self._ready: dict[str, _Finding] = {"draining": _Finding(self._stays)}
        self._draining = False
        self._looking = asyncio.Lock()

    def needs_for_life(self, name: str, check: Check) -> None:
        """Add a check without which a restart is the cure, such as a watchdog."""
        self._live[name] = _Finding(check)

    def needs_for_work(self, name: str, check: Check) -> None:
        """Add a check without which no request should come: database, migrations, consumers."""
        self._ready[name] = _Finding(check)

    def drain(self) -> None:
        """Answer «not ready» from here on, while work in progress ends."""
        self._draining = True
        self._ready["draining"].looked_at = float("-inf")

    async def live(self) -> tuple[bool, Body]:
        """Return whether the process lives, and `{"live": bool, "checks": {name: {ok, since, detail}}}`."""
        return await self._answer("live", self._live)

    async def ready(self) -> tuple[bool, Body]:
        """Return whether the process may be given work, and `{"ready": bool, "checks": …}` as `live` does."""
        return await self._answer("ready", self._live | self._ready)

    async def _answer(self, word: str, findings: dict[str, _Finding]) -> tuple[bool, Body]:
        async with self._looking:
            await asyncio.gather(*(_look(each) for each in _stale(findings.values())))
        well = all(each.detail is None for each in findings.values())
        return well, {word: well, "checks": {name: _shown(each) for name, each in findings.items()}}

    async def _stays(self) -> str | None:
        return "the process is leaving" if self._draining else None


def database_answers(database: Database) -> Check:
    """Check that a connection can be had and answers."""

    async def check() -> str | None:
        await database.survey("SELECT 1")
        return None

    return check


def migrations_current(url: str, *packages: str) -> Check:
    """Check that every migration of this release is applied; once it is, it stays so."""
    current = False

    async def check() -> str | None:
        nonlocal current
        missing = [] if current else await pending(url, *packages)
        current = not missing
        return f"not applied: {', '.join(missing)}" if missing else None

    return check


def _stale(findings: Iterable[_Finding]) -> list[_Finding]:
    now = asyncio.get_running_loop().time()
    return [each for each in findings if now - each.looked_at > _FRESH]


async def _look(finding: _Finding) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            detail = await finding.check()
    except TimeoutError:
        detail = f"no answer within {_PATIENCE:g} s"
    except Exception as error:  # noqa: BLE001 - whatever a check raises is its finding
        detail = described(error)
    finding.looked_at = asyncio.get_running_loop().time()
    if (detail is None) != (finding.detail is None):
        finding.since = utc_now()
    finding.detail = detail


def _shown(finding: _Finding) -> dict[str, object]:
    shown: dict[str, object] = {"ok": finding.detail is None, "since": finding.since.isoformat()}
    return shown | ({"detail": finding.detail} if finding.detail else {})
