"""Feeds events, and reads them for whoever may: a partner by key or by its contact, the territory's staff."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from chassis.bell import Bell
from chassis.clock import utc_now
from chassis.db import PLATFORM, Tx
from chassis.decisions import Principal, Target, decide
from chassis.errors import Unauthenticated
from chassis.timers import Timer, set_timer
from contracts.envelope import Event
from notifications.feed import model, store
from notifications.feed.model import KEPT_DAYS, CursorGone, Grant, Shown
from notifications.partners import store as partners
from notifications.policy import POLICY

TIMER: Final = "feed-purge"
ACTION: Final = "feed:read"
GREW: Final[defaultdict[str, Bell]] = defaultdict(Bell)  # by territory, rung when this process has fed events
_PURGE_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a reader shows: the digest of a partner's key, or an access token read."""

    digest: bytes | None = None
    principal: Principal | None = None

    @property
    def name(self) -> str:
        """What tells one reader from another."""
        return self.digest.hex() if self.digest else str(self.principal and self.principal.person_id)


@dataclass(frozen=True, slots=True)
class Reading:
    """Some events in order, where reading goes on, and whether more wait already."""

    events: list[Shown]
    cursor: UUID | None
    more: bool


async def append(tx: Tx, events: Sequence[Event[Any]]) -> None:
    """Append a batch of events; those of the platform itself belong to no territory's feed."""
    own = [event for event in events if event.territory_id != PLATFORM]
    if own:
        tx.bells |= {GREW[event.territory_id] for event in own}
        await store.append(tx, [model.fed(event) for event in model.in_order(own)])


async def read(tx: Tx, credential: Credential, after: UUID | None, limit: int) -> Reading:
    """Return what follows the event `after`, or the start of what is kept.

    Raises Unauthenticated for a key that opens nothing here, AgreementMissing, CursorGone.
    """
    grants = await _grants(tx, credential)
    start = await _start(tx, after)
    head = await store.head(tx)
    if head is None or head.position <= start:
        return Reading([], after, more=False)
    rows = await store.page(tx, grants, (start, head.position), limit)
    events = [event for _, event in rows]
    more = len(rows) == limit and rows[-1][0] < head.position
    return Reading(events, events[-1].event_id if more else head.event_id, more)


async def latest(tx: Tx, credential: Credential) -> Reading:
    """Return nothing but where the feed ends just now. Raises as `read` does."""
    await _grants(tx, credential)
    head = await store.head(tx)
    return Reading([], head.event_id if head else None, more=False)


async def begin_purging(tx: Tx) -> None:
    """Look once a day for events that need no longer be kept."""
    await set_timer(tx, TIMER, "daily", utc_now() + _PURGE_EVERY, business=False)


async def purge(tx: Tx, _timer: Timer) -> None:
    """Delete what is older than the feed keeps; go on at once while there is more."""
    full = await store.purge(tx) == store.PURGED_AT_ONCE
    await set_timer(tx, TIMER, "daily", utc_now() + (timedelta() if full else _PURGE_EVERY), business=False)


async def _grants(tx: Tx, credential: Credential) -> list[Grant]:
    if credential.principal is None:
        partner_id = await partners.partner_of_key(tx, credential.digest or b"")
        if partner_id is None:
            raise Unauthenticated
    else:
        if decide(POLICY, credential.principal, ACTION, Target(tx.territory_id)).allowed:
            return model.everything()
        partner_id = await partners.partner_of_contact(tx, credential.principal.person_id)
    agreements = await partners.agreements(tx, partner_id) if partner_id else []
    return model.grants(agreements, await tx.now())


async def _start(tx: Tx, after: UUID | None) -> int:
    if after is None:
        return 0
    place = await store.place(tx, after)
    if place is None:
        raise CursorGone(after=str(after), days=KEPT_DAYS)
    return place.position
