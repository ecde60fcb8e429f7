"""Follows sets of days, and has the exceptions of a site come of them thirteen months ahead."""

from datetime import date, timedelta
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from booking.closure_sets import model, ports, store
from booking.closure_sets.model import Area, ClosureSet, Days, Subscription
from booking.openings import handlers as openings
from booking.openings.handlers import OpenedThatDay
from booking.openings.model import check_weekly
from booking.sites import store as sites
from booking.sites.handlers import known_site, target
from booking.sites.model import Site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.timers import Timer, set_timer
from contracts.booking import (
    AvailabilityExceptionAdded,
    AvailabilityExceptionWithdrawn,
    ClosureSetSubscribed,
    ClosureSetUnsubscribed,
    DayHours,
)
from contracts.values import Day

AHEAD: Final = "closure-sets"  # timer: the exceptions of a site are to reach thirteen months again
_EVERY: Final = timedelta(days=7)
_YEARS: Final = 3

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class ImportClosureSet(BaseModel):
    """Bring in a calendar, such as the ministry's, as the text of an iCalendar file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set_id: UUID
    name: Name
    calendar: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]


class SubscribeClosureSet(BaseModel):
    """Have a site follow a set of days: closed on them, or open at other hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subscription_id: UUID
    site_id: UUID
    closure_set: ClosureSet
    area: Area | None = None
    set_id: UUID | None = None
    openings: Annotated[tuple[OpenedThatDay, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _names_what_its_set_needs(self) -> Self:
        if (self.closure_set == "imported") != (self.set_id is not None):
            raise ValueError("an imported set, and no other, is named by its id")
        if self.area is not None and self.closure_set != "public-holidays":
            raise ValueError("only public holidays differ by area")
        return self


class UnsubscribeClosureSet(BaseModel):
    """Have a site follow a set no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ImportedSetView(BaseModel):
    """A calendar that staff brought in."""

    set_id: UUID
    name: str
    days: int
    covered_until: date


class SubscriptionView(BaseModel):
    """A set that a site follows, and until when its days are known."""

    subscription_id: UUID
    site_id: UUID
    closure_set: str
    area: str | None
    set_id: UUID | None
    openings: tuple[DayHours, ...]
    days: int
    covered_until: date | None


async def import_closure_set(tx: Tx, command: ImportClosureSet) -> ImportedSetView:
    """Keep the days of a calendar; raises CalendarUnreadable."""
    days = ports.calendar_days(command.calendar)
    await store.keep_import(tx, command.set_id, command.name, days)
    return _imported(command.set_id, command.name, days)


async def subscribe(tx: Tx, command: SubscribeClosureSet) -> SubscriptionView:
    """Follow a set from today on; raises YearNotCovered where its days are not known."""
    site = await known_site(tx, command.site_id)
    await sites.lock(tx, site.site_id)
    area = command.area
    if command.closure_set == "public-holidays" and area is None:
        area = model.AREA_OF_ZONE.get(site.zone)  # type: ignore[assignment]  # its values are areas
    new = Subscription(
        **command.model_dump(exclude={"openings", "area"}), area=area, openings=command.openings
    )
    today = site.day_of(await tx.now())
    check_weekly(openings.exceptional(today, new.openings, "").weekly)
    days = await _days(tx, new, today)
    model.check_covered(new.closure_set, days, today)
    await store.follow(tx, new)
    told = ClosureSetSubscribed(
        resource_id=site.site_id,
        site_id=site.site_id,
        subscription_id=new.subscription_id,
        closure_set=new.closure_set,
        area=new.area,
        openings=new.openings,
        subscribed_at=await tx.now(),
    )
    tx.emit(told, site_id=str(site.site_id))
    await _reach(tx, site)
    return _view(new, days, today)


async def unsubscribe(tx: Tx, subscription_id: UUID, _command: UnsubscribeClosureSet) -> None:
    """Follow a set no more; its days to come follow the week again."""
    found = await store.subscription(tx, subscription_id)
    if found is None:
        raise NotFound(what="subscription", id=str(subscription_id))
    await sites.lock(tx, found.site_id)
    found = await store.subscription(tx, subscription_id)
    if found is None or found.ended:
        raise model.SubscriptionEnded
    await store.unfollow(tx, subscription_id)
    told = ClosureSetUnsubscribed(
        resource_id=found.site_id,
        site_id=found.site_id,
        subscription_id=subscription_id,
        unsubscribed_at=await tx.now(),
    )
    tx.emit(told, site_id=str(found.site_id))
    await _reach(tx, await known_site(tx, found.site_id))


async def withdraw_site_exception(tx: Tx, site_id: UUID, day: Day) -> None:
    """Forget an exception made by hand; what the site follows holds of that day again."""
    await openings.withdraw_exception(tx, site_id, day)
    await _reach(tx, await known_site(tx, site_id))


async def reach_ahead(tx: Tx, timer: Timer) -> None:
    """Have the exceptions of a site reach thirteen months ahead of today."""
    site_id = UUID(timer.timer_id)
    await sites.lock(tx, site_id)
    await _reach(tx, await known_site(tx, site_id))


async def subscription_page(tx: Tx, asked: Asked, site_id: UUID) -> Page[SubscriptionView]:
    today = (await known_site(tx, site_id)).day_of(await tx.now())
    page = await store.page(tx, asked, site_id)
    return Page([_view(each, await _days(tx, each, today), today) for each in page.items], page.last)


async def import_page(tx: Tx, asked: Asked) -> Page[ImportedSetView]:
    page = await store.imports(tx, asked)
    items = [
        _imported(row["set_id"], row["name"], await store.imported(tx, row["set_id"]) or {})
        for row in page.items
    ]
    return Page(items, page.last)


def at_subscription(principal: Principal) -> Lookup:
    """Find out where a subscription is, for the decision whether the caller may end it."""

    async def look(tx: Tx, subscription_id: UUID) -> Target | None:
        found = await store.subscription(tx, subscription_id)
        if found is None:
            return None
        return await target(tx, await known_site(tx, found.site_id), principal, "resources")

    return look


async def _reach(tx: Tx, site: Site) -> None:
    """Write the exceptions of the days to come and tell what changed; nothing changes when run again."""
    today = site.day_of(await tx.now())
    followed = [(each, await _days(tx, each, today)) for each in await store.followed(tx, site.site_id)]
    wanted = model.exceptions(followed, today)
    changed, gone = await store.put(tx, site.site_id, today, wanted)
    where = {"resource_id": site.site_id, "site_id": site.site_id}
    for day in gone:
        tx.emit(AvailabilityExceptionWithdrawn(**where, day=day), site_id=str(site.site_id))
    for day in changed:
        hours, subscription = wanted[day]
        told = AvailabilityExceptionAdded(
            **where,
            zone=site.zone,
            day=day,
            openings=subscription.openings,
            reason=hours.exception or "",
            subscription_id=subscription.subscription_id,
        )
        tx.emit(told, site_id=str(site.site_id))
    if followed:
        await set_timer(tx, AHEAD, site.site_id, await tx.now() + _EVERY)


async def _days(tx: Tx, subscription: Subscription, today: date) -> Days:
    """Return what is known of the days of a set, from this year on."""
    years = range(today.year, today.year + _YEARS)
    match subscription.closure_set:
        case "public-holidays":
            return ports.public_holidays(subscription.area, years)
        case "imported" if subscription.set_id is not None:
            found = await store.imported(tx, subscription.set_id)
            if found is None:
                raise NotFound(what="closure set", id=str(subscription.set_id))
            return found
    return ports.school_holidays(subscription.closure_set[-1], years)


def _imported(set_id: UUID, name: str, days: Days) -> ImportedSetView:
    return ImportedSetView(set_id=set_id, name=name, days=len(days), covered_until=max(days))


def _view(subscription: Subscription, days: Days, today: date) -> SubscriptionView:
    return SubscriptionView(
        subscription_id=subscription.subscription_id,
        site_id=subscription.site_id,
        closure_set=subscription.closure_set,
        area=subscription.area,
        set_id=subscription.set_id,
        openings=subscription.openings,
        days=sum(today <= day < today + model.AHEAD for day in days),
        covered_until=max(days, default=None),
    )
