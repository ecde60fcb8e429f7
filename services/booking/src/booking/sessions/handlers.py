"""Schedules sessions: takes all that each half-day needs, or refuses the whole; shows them."""

from dataclasses import replace
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.bookable.model import Bookable, Wanted
from booking.bookings.handlers import Audience, decided, take, tell_taken
from booking.bookings.model import Booking
from booking.leaders.handlers import leaf_of
from booking.openings.model import Interval, period
from booking.resources import store as resources
from booking.resources.handlers import Code
from booking.rights.model import Grant
from booking.sessions import model, store
from booking.sessions.model import HELD, MOST_SEATS, HalfDay, OpenTo, Quota, Session, SessionKind
from booking.sharing.handlers import check_shared
from booking.sharing.model import check_price
from booking.sites.handlers import target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import set_timer
from contracts.booking import SeatQuota, SessionDate, SessionScheduled, SessionState
from contracts.values import Instant, Party, Period, TerritoryId, Wording

RELEASE = "session-release"  # timer: seats that were kept for some are for all
DECIDE = "session-decide"  # timer: with too few people it is not held

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
SeatCount = Annotated[int, Field(ge=1, le=MOST_SEATS)]


class Title(BaseModel):
    """A short text in both languages; without English the French one stands for both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: Words
    en: Words | None = None

    @property
    def wording(self) -> Wording:
        return Wording(fr=self.fr, en=self.en or self.fr)


class Dates(BaseModel):
    """From when to when one half-day lasts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Instant
    end: Instant


class SeatsFor(BaseModel):
    """Seats kept for some audiences, or for other territories, until they are open to everybody.

    For everybody where neither is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Title
    audiences: Annotated[tuple[Audience, ...], Field(max_length=20)] = ()
    territory_ids: Annotated[tuple[TerritoryId, ...], Field(max_length=200)] = ()
    seats: SeatCount
    release_at: Instant | None = None

    @model_validator(mode="after")
    def _are_kept_for_one_kind(self) -> Self:
        if self.audiences and self.territory_ids:
            raise ValueError("seats are kept for audiences or for other territories, not for both")
        return self


class ScheduleSession(BaseModel):
    """Have a session: what, when, in which room, with which machines, led by whom, for how many."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: UUID
    kind: SessionKind
    title: Title
    description_fr: Prose = ""
    description_en: Prose = ""
    resource_id: UUID
    with_resource_ids: Annotated[tuple[UUID, ...], Field(max_length=19)] = ()
    trainer_id: UUID | None = None
    dates: Annotated[tuple[Dates, ...], Field(min_length=1, max_length=60)]
    quotas: Annotated[tuple[SeatsFor, ...], Field(min_length=1, max_length=10)]
    open_to: OpenTo = "everybody"
    price_code: Code | None = None
    minimum: Annotated[int, Field(ge=1, le=MOST_SEATS)] | None = None
    decide_at: Instant | None = None

    @model_validator(mode="after")
    def _decides_on_a_minimum(self) -> Self:
        if (self.minimum is None) != (self.decide_at is None):
            raise ValueError("a minimum goes with the instant at which it is decided")
        if sum(each.seats for each in self.quotas) > MOST_SEATS:
            raise ValueError(f"a session has {MOST_SEATS} seats at most")
        return self


class QuotaView(SeatQuota):
    """Seats as they are answered, with how many are taken: offers that are kept count."""

    taken: int


class SessionView(SessionState):
    """A session as it is answered."""

    state: str
    reason: str | None
    description: Wording
    quotas: tuple[QuotaView, ...]
    zone: str


async def schedule_session(tx: Tx, command: ScheduleSession, principal: Principal) -> SessionView:
    """Take room, machines and trainer on every date, all of them or nothing."""
    lead = command.trainer_id or principal.person_id
    with_ids = (*command.with_resource_ids, *await leaf_of(tx, command.trainer_id))
    intervals = [period(each.start, each.end) for each in command.dates]
    drafts = []
    for interval in sorted(intervals):
        wanted = Wanted(
            booking_id=new_id(),
            resource_id=command.resource_id,
            person_id=lead,
            start=interval.start,
            end=interval.end,
            attendees=sum(each.seats for each in command.quotas),
            with_resource_ids=with_ids,
        )
        drafts.append(await drafted(tx, wanted, command.session_id, principal))
    new = _session(command, drafts[0][0], [draft for _, draft in drafts])
    model.check_apart(new.site, intervals)
    new.check_minimum(await tx.now())
    await _check_shared(tx, new)
    for place, draft in drafts:
        await take(tx, place, draft)
        await tell_taken(tx, draft, place.site, told_by_series=True)
    await store.insert(tx, new)
    await _set_timers(tx, new)
    if command.trainer_id:
        await know(tx, command.trainer_id)
    now = await tx.now()
    tx.emit(SessionScheduled(**said(new), scheduled_at=now), site_id=str(new.site.site_id))
    return view(new)


async def _check_shared(tx: Tx, session: Session) -> None:
    if session.territory_ids:
        check_price(session.price_code)
        await check_shared(tx, session.territory_ids, session.site.day_of(await tx.now()))


async def drafted(tx: Tx, wanted: Wanted, session_id: UUID, principal: Principal) -> tuple[Bookable, Booking]:
    """Return what holds the place of a half-day: nobody pays for it, and nobody is missed there."""
    held = Grant(HELD, Party(person_id=wanted.person_id), "plan")
    place, draft = await decided(tx, wanted, principal, held)
    return place, replace(draft.firm(await tx.now()), session_id=session_id)


async def session_view(tx: Tx, session_id: UUID) -> SessionView | None:
    found = await store.session(tx, session_id)
    return view(found) if found else None


async def session_page(tx: Tx, asked: Asked, site_id: UUID | None) -> Page[SessionView]:
    """List what is held and to come, of one site if asked."""
    page = await store.page(tx, asked, await tx.now(), site_id)
    return Page([view(each) for each in page.items], page.last)


async def led_page(tx: Tx, asked: Asked, trainer_id: UUID) -> Page[SessionView]:
    """List what somebody leads and is to come."""
    page = await store.page(tx, asked, await tx.now(), None, trainer_id)
    return Page([view(each) for each in page.items], page.last)


async def known_session(tx: Tx, session_id: UUID, *, change: bool = False) -> Session:
    """Return the session, kept from being changed or locked to be changed. Raises NotFound."""
    found = await (store.locked if change else store.shared)(tx, session_id)
    if found is None:
        raise NotFound(what="session", id=str(session_id))
    return found


def at_session(principal: Principal, owner_id: UUID | None = None) -> Lookup:
    """Find out where a session is, and whose: of who leads it, if no other owner is named."""

    async def look(tx: Tx, session_id: UUID) -> Target | None:
        found = await store.place(tx, session_id)
        return await target(tx, found[0], principal, owner_id=owner_id or found[1]) if found else None

    return look


def at_site_of(principal: Principal, resource_id: UUID) -> Lookup:
    """Find out where a session that is to be held in a room will be."""

    async def look(tx: Tx, _session_id: UUID) -> Target | None:
        place = await resources.site_of(tx, resource_id)
        return await target(tx, place, principal) if place else None

    return look


def said(session: Session) -> dict[str, Any]:
    """Return the fields that every event about a session carries."""
    values = {name: getattr(session, name, None) for name in SessionState.model_fields}
    return values | {
        "site_id": session.site.site_id,
        "site_name": session.site.name,
        "dates": told_dates(session),
        "quotas": tuple(SeatQuota(**_said_of(each)) for each in session.quotas),
    }


def told_dates(session: Session) -> tuple[SessionDate, ...]:
    """Return the half-days as events tell them."""
    return tuple(
        SessionDate(
            position=each.position,
            booking_id=each.booking_id,
            period=told_period(session.site, each.interval),
        )
        for each in session.dates
    )


def told_period(site: Site, interval: Interval) -> Period:
    return Period(start=interval.start, end=interval.end, zone=site.zone)


def view(session: Session) -> SessionView:
    quotas = tuple(QuotaView(**_said_of(each), taken=each.taken) for each in session.quotas)
    shown = {name: getattr(session, name) for name in ("state", "reason", "description")}
    return SessionView(**said(session) | shown | {"quotas": quotas, "zone": session.site.zone})


def _said_of(quota: Quota) -> dict[str, Any]:
    return {name: getattr(quota, name) for name in SeatQuota.model_fields}


def _session(command: ScheduleSession, place: Bookable, drafts: list[Booking]) -> Session:
    same = ("session_id", "kind", "trainer_id", "open_to", "price_code", "minimum", "decide_at")
    description = Wording(fr=command.description_fr, en=command.description_en or command.description_fr)
    return Session(
        **{name: getattr(command, name) for name in same},
        state="scheduled",
        site=place.site,
        title=command.title.wording,
        description=description,
        resource_id=place.resource.resource_id,
        resource_name=place.resource.name,
        reason=None,
        dates=tuple(
            HalfDay(position, each.booking_id, each.interval) for position, each in enumerate(drafts)
        ),
        quotas=tuple(
            Quota(
                position,
                each.name.wording,
                each.audiences,
                each.seats,
                0,
                each.release_at,
                each.territory_ids,
            )
            for position, each in enumerate(command.quotas)
        ),
    )


async def _set_timers(tx: Tx, session: Session) -> None:
    if session.decide_at:
        await set_timer(tx, DECIDE, session.session_id, session.decide_at)
    for quota in session.quotas:
        if quota.release_at:
            timer_id = f"{session.session_id}/{quota.position}"
            await set_timer(tx, RELEASE, timer_id, quota.release_at, {"session_id": str(session.session_id)})
