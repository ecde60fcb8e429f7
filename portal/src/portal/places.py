"""Owns where and when a page is: the sites of the territory, and its clock, which a sandbox moves."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal import wording
from portal.session import Visitor
from portal.upstream import Json, Upstream


@dataclass(frozen=True, slots=True)
class Place:
    """The territory at hand: the address of its things, its time, its sites."""

    base: str
    now: datetime
    zone: str
    sites: Sequence[Json] = ()

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def site(self, site_id: str) -> Json | None:
        """Return the site of this id, else the first one; None where the territory has none."""
        first = self.sites[0] if self.sites else None
        return next((each for each in self.sites if each["site_id"] == site_id), first)


async def place(visitor: Visitor, upstream: Upstream) -> Place:
    """Ask where and when it is, and tell the time as it is told there. Raises Refused, Unreachable."""
    base = base_of(visitor)
    territory, sites = await asyncio.gather(
        upstream.get("membership", base), upstream.get("membership", f"{base}/sites", {"limit": 200})
    )
    wording.zone.set(ZoneInfo(territory["zone"]))
    now = datetime.fromisoformat(territory["now"])
    return Place(base, now, territory["zone"], sites["items"])


def base_of(visitor: Visitor) -> str:
    """Return where the things of the chosen territory are."""
    return f"/v1/territories/{visitor.territory}"


async def territory_names(upstream: Upstream, sirens: Iterable[str]) -> dict[str, str]:
    """Name the territories that a page speaks of."""
    wanted = sorted(set(sirens))
    paths = [f"/v1/platform/groupings/{siren}" for siren in wanted]
    found = await asyncio.gather(*(upstream.get("membership", path) for path in paths))
    return {siren: str(each["name"]) for siren, each in zip(wanted, found, strict=True)}
