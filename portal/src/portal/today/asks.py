"""Asks the services for the parts of the day: each part alone, so that one that fails leaves the others."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar

from portal.places import Place
from portal.session import Visitor
from portal.today import model
from portal.today.model import Arrivals, Decisions, Free, Here, Json
from portal.upstream import Refused, Unreachable, Upstream

T = TypeVar("T")
_HOUR: Final = timedelta(hours=1)
_SHOWN: Final = 5
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of the page: what it shows, or why it cannot."""

    shown: T | None = None
    trouble: Refused | Unreachable | None = None


async def part(asked: Awaitable[T]) -> Part[T]:
    """Wait for a part; a service that refuses or is away is told in its place."""
    try:
        return Part(shown=await asked)
    except (Refused, Unreachable) as trouble:
        return Part(trouble=trouble)


@dataclass(frozen=True, slots=True)
class Day:
    """Whose day it is, where, and how to ask."""

    visitor: Visitor
    place: Place
    upstream: Upstream

    async def arrivals(self) -> Arrivals:
        day = model.whole_day(self.place.today, self.place.zone)
        asked = {"since": day[0].isoformat(), "until": day[1].isoformat(), "limit": _MOST}
        return model.arrivals(await self._bookings(asked), self.place.now, day)

    async def here(self) -> Here:
        """Count, site by site, who is here, expected as visitor, and what waits at the desk."""
        return Here(await asyncio.gather(*(self._site(each) for each in self.place.sites)))

    async def _site(self, site: Json) -> Json:
        path, day = f"sites/{site['site_id']}", {"day": self.place.today.isoformat(), "limit": _MOST}
        presence, visits, waiting = await asyncio.gather(
            self.upstream.get("booking", f"{self.place.base}/{path}/presence"),
            self._items("booking", f"{path}/visits", day),
            self._items("booking", f"{path}/deliveries", {"limit": _MOST}),
        )
        expected = [each for each in visits if each["state"] == "expected"]
        return {"site": site, "people": presence["people"], "visitors": expected, "waiting": len(waiting)}

    async def free(self) -> Free:
        hour = {"start": self.place.now.isoformat(), "end": (self.place.now + _HOUR).isoformat()}
        found, everything = await asyncio.gather(
            self._items("booking", "resources/free", hour | {"limit": _MOST}),
            self._items("booking", "resources", {"limit": _MOST}),
        )
        return model.free(found, everything)

    async def decisions(self) -> Decisions:
        """Gather what waits; what the visitor may not see is left out, what fails fails all."""
        requests, flagged, runs, ordered, agreed, unpriced, unaddressed = await asyncio.gather(
            self._requests(),
            self._flagged(),
            self._bill_runs(),
            self._seen("billing", "fibre-lines", {"in_state": "ordered", "limit": _MOST}),
            self._seen("billing", "fibre-lines", {"in_state": "appointment_booked", "limit": _MOST}),
            self._seen("billing", "charges", {"in_state": "unpriced", "limit": _MOST}),
            self._unaddressed(),
        )
        documents = await self._seen("membership", "documents", {"in_state": "submitted", "limit": _MOST})
        kinds = {
            "requests": requests,
            "flagged": flagged,
            "lines": ordered + agreed,
            "unpriced": unpriced,
            "documents": documents,
        }
        return Decisions(
            bill_runs=runs,
            unaddressed=unaddressed,
            more=frozenset(name for name, items in kinds.items() if len(items) > _SHOWN),
            **{name: items[:_SHOWN] for name, items in kinds.items()},
        )

    async def delegated(self) -> Decisions:
        """List the requests that the visitor decides on by delegation."""
        found = await self._seen("booking", "requests/delegated", {"limit": _SHOWN})
        return Decisions(requests=found)

    async def failed(self, since: datetime) -> Sequence[Json]:
        found = await self._seen("notifications", "messages", {"state": "failed", "limit": _MOST})
        return model.failed_since(found, since)

    async def coming(self) -> Sequence[Json]:
        found = await self._items("booking", "bookings/own", {"limit": _MOST})
        return model.coming(found, self.place.now)

    async def unread(self) -> Sequence[Json]:
        return await self._items("notifications", "messages/own", {"unread": "true", "limit": _SHOWN})

    async def _requests(self) -> list[Json]:
        """List what waits for a decision at each site that the visitor's role reaches, by deadline."""
        paths = [f"sites/{site['site_id']}/requests" for site in self.place.sites]
        found = await asyncio.gather(*(self._seen("booking", path, {"limit": _MOST}) for path in paths))
        return sorted((each for site in found for each in site), key=lambda each: str(each["expires_at"]))

    async def _flagged(self) -> list[Json]:
        return await self._bookings({"flagged": "true", "limit": _MOST}) if self.visitor.is_desk else []

    async def _bookings(self, asked: Json) -> list[Json]:
        """List bookings of the territory, or of the sites that the visitor's role reaches."""
        try:
            return await self._items("booking", "bookings", asked)
        except Refused as refusal:
            if refusal.status != HTTPStatus.FORBIDDEN:
                raise
        sites = [{**asked, "site_id": site["site_id"]} for site in self.place.sites]
        found = await asyncio.gather(*(self._seen("booking", "bookings", one) for one in sites))
        return [booking for site in found for booking in site]

    async def _bill_runs(self) -> list[Json]:
        if not self.visitor.is_finance:
            return []
        runs = model.releasable(
            await self._seen("billing", "bill-runs", {"limit": _MOST}), self.visitor.person_id
        )
        figures = await asyncio.gather(
            *(
                self.upstream.get("billing", f"{self.place.base}/bill-runs/{run['bill_run_id']}")
                for run in runs
            )
        )
        return [{**run, **more} for run, more in zip(runs, figures, strict=True)]

    async def _unaddressed(self) -> list[Json]:
        """List each organisation that nobody stands for once, with its name and how much it missed."""
        missed: dict[str, int] = {}
        for notice in await self._seen("notifications", "notices/unaddressed", {"limit": _MOST}):
            missed[notice["organisation_id"]] = missed.get(notice["organisation_id"], 0) + 1
        known = await asyncio.gather(*(self._organisation(each) for each in list(missed)[:_SHOWN]))
        return [{**each, "missed": missed[each["organisation_id"]]} for each in known]

    async def _organisation(self, organisation_id: str) -> Json:
        try:
            path = f"{self.place.base}/organisations/{organisation_id}"
            return await self.upstream.get("membership", path)
        except (Refused, Unreachable):
            return {"organisation_id": organisation_id, "name": organisation_id}

    async def _seen(self, service: Any, path: str, asked: Json) -> list[Json]:
        """List what the visitor may see: nothing where their roles do not reach."""
        try:
            return await self._items(service, path, asked)
        except Refused as refusal:
            if refusal.status != HTTPStatus.FORBIDDEN:
                raise
            return []

    async def _items(self, service: Any, path: str, asked: Json) -> list[Json]:
        answer = await self.upstream.get(service, f"{self.place.base}/{path}", asked)
        items: list[Json] = answer["items"]
        return items
