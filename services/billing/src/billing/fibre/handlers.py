"""Brings fibre lines from qualification to activation, and charges their months."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from billing.charges import handlers as charges
from billing.fibre import model, store
from billing.fibre.model import FibreLine, Zone
from billing.parties import handlers as parties
from billing.parties.model import key_of
from billing.places.handlers import known_site
from billing.places.model import day_of, midnight
from billing.prices.handlers import offer
from billing.prices.model import Offer
from billing.quotes.handlers import NoPrice
from billing.quotes.model import month_of
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from chassis.privacy import know
from chassis.timers import Timer, set_timer
from contracts.billing import (
    ActivationProof,
    FibreLineActivated,
    FibreLineAppointmentBooked,
    FibreLineNotEligible,
    FibreLineOrdered,
    FibreLineQualified,
    FibreLineState,
)
from contracts.money import Money
from contracts.values import Audience, Instant, Party, Period

MONTH: Final = "fibre-month"


class QualifyAddress(BaseModel):
    """Ask whether a site, or a unit inside it, can have a line for a customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_id: UUID
    site_id: UUID
    customer: Party
    unit: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = None


class OrderFibreLine(BaseModel):
    """Order a qualified line at the price that holds today for the audience."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_code: Annotated[str, Field(max_length=100)]
    audience: Audience = "company"
    commitment_months: Annotated[int, Field(ge=0, le=60)] = 0


class BookAppointment(BaseModel):
    """Agree on when the technician comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _is_not_empty(self) -> "BookAppointment":
        if self.start >= self.end:
            raise ValueError("an appointment ends after it starts")
        return self


class ActivateLine(BaseModel):
    """Hand the line over working, with what was measured; without an instant, now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    activated_at: Instant | None = None
    proof: ActivationProof


async def serve_zone(tx: Tx, command: Zone) -> Zone:
    """Say that a zone is served from a day on. Raises NotFound for an unknown site, SiteInTwoZones."""
    for site_id in command.site_ids:
        await known_site(tx, site_id)
    await store.insert_zone(tx, command)
    return command


async def qualify_address(tx: Tx, command: QualifyAddress) -> FibreLine:
    """Say whether the address can have a line, on which terms and until when."""
    site = await known_site(tx, command.site_id)
    now = await tx.now()
    zone = await store.zone_of(tx, command.site_id)
    taken = await store.taken_ports(tx, zone.zone_id) if zone else 0
    asked = FibreLine(**dict(command), state="not_eligible", site_name=site.name, address=site.place)
    line = model.qualified(asked, zone, taken, day_of(now, site.zone))
    await know(tx, key_of(line.customer))
    await store.insert(tx, line, now)
    if line.terms is None:
        fact: FibreLineState = FibreLineNotEligible(
            **_said(line), reason=line.obstacle or "site_not_served", decided_at=now
        )
    else:
        works = line.terms.works_minor
        fact = FibreLineQualified(
            **_said(line),
            **line.terms.model_dump(exclude={"works_minor"}),
            works=Money(minor=works, currency="EUR") if works is not None else None,
            qualified_at=now,
        )
    tx.emit(fact, site_id=str(line.site_id))
    return line


async def order_fibre_line(tx: Tx, line_id: UUID, command: OrderFibreLine) -> FibreLine:
    """Order at today's price, which stays. Raises NoPrice and what the model does."""
    line = await _locked(tx, line_id)
    line.must_be("order", "qualified")
    site = await known_site(tx, line.site_id)
    now = await tx.now()
    today = day_of(now, site.zone)
    zone = await store.zone_of(tx, line.site_id)
    if zone is None:
        raise NotFound(what="fibre zone of site", id=str(line.site_id))
    model.check_order(line, zone, await store.taken_ports(tx, zone.zone_id), today)
    found = await offer(tx, command.price_code, command.audience, today)
    if not isinstance(found, Offer):
        raise NoPrice(
            day=today.isoformat(), price_code=command.price_code, audience=command.audience, reason=found
        )
    line = model.ordered(line.at(site), found, command.audience, command.commitment_months, now)
    await store.update(tx, line)
    tx.emit(
        FibreLineOrdered(
            **_said(line),
            issuer_id=found.issuer_id,
            audience=command.audience,
            price_code=command.price_code,
            price_book_id=found.price_book_id,
            price_book_version=found.version,
            monthly_price=found.price.unit_price,
            currency=found.currency,
            price_mode=found.price.price_mode,
            commitment_months=command.commitment_months,
            ordered_at=now,
        ),
        site_id=str(line.site_id),
    )
    return line


async def book_appointment(tx: Tx, line_id: UUID, command: BookAppointment) -> FibreLine:
    """Agree on the technician's visit, or on another time for it."""
    line = await _locked(tx, line_id)
    site = await known_site(tx, line.site_id)
    now = await tx.now()
    period = Period(start=command.start, end=command.end, zone=site.zone)
    line = model.with_appointment(line.at(site), period, now)
    await store.update(tx, line)
    tx.emit(
        FibreLineAppointmentBooked(**_said(line), period=period, booked_at=now), site_id=str(line.site_id)
    )
    return line


async def activate_line(tx: Tx, line_id: UUID, command: ActivateLine) -> FibreLine:
    """Hand the line over: it is charged from the civil day of the measurement on."""
    line = await _locked(tx, line_id)
    site = await known_site(tx, line.site_id)
    now = await tx.now()
    at = command.activated_at or now
    model.check_activation(line, at, command.proof, now)
    line = line.at(site)
    activated: dict[str, Any] = {
        "activated_on": day_of(at, site.zone),
        "activated_at": at,
        "proof": command.proof,
    }
    tx.emit(FibreLineActivated(**_said(line), **activated), site_id=str(line.site_id))
    told = tx.emitted[-1].event_id
    line = line.model_copy(
        update={"state": "active", "activation": model.Activation(**activated, event_id=told)}
    )
    await store.update(tx, line)
    await _charge(tx, line, date.min)
    return line


async def begin_month(tx: Tx, timer: Timer) -> None:
    """Charge the month that begins."""
    line = await store.line(tx, UUID(timer.timer_id), lock=True)
    if line and line.activation:
        site = await known_site(tx, line.site_id)
        await _charge(tx, line.at(site), date.fromisoformat(timer.data))


async def line_view(tx: Tx, line_id: UUID) -> FibreLine | None:
    return await store.line(tx, line_id)


async def line_page(tx: Tx, asked: Asked, state: str | None) -> Page[FibreLine]:
    return await store.page(tx, asked, state)


async def own_lines(tx: Tx, asked: Asked, person_id: UUID) -> Page[FibreLine]:
    """Return the lines of the person, and of organisations that the person acts for."""
    return await store.page_of(tx, asked, await parties.parties_of(tx, person_id))


async def zone_page(tx: Tx, asked: Asked) -> Page[Zone]:
    return await store.zones(tx, asked)


def for_customer(principal: Principal, wanted: QualifyAddress) -> Lookup:
    """Find out whether the line would be the caller's own."""

    async def look(tx: Tx, _line_id: UUID) -> Target:
        return await parties.target(tx, wanted.customer, principal, wanted.site_id)

    return look


def at_line(principal: Principal) -> Lookup:
    """Find out whose a line is, for the decision whether the caller may act on it."""

    async def look(tx: Tx, line_id: UUID) -> Target | None:
        line = await store.line(tx, line_id)
        return await parties.target(tx, line.customer, principal, line.site_id) if line else None

    return look


async def _locked(tx: Tx, line_id: UUID) -> FibreLine:
    line = await store.line(tx, line_id, lock=True)
    if line is None:
        raise NotFound(what="fibre line", id=str(line_id))
    return line


async def _charge(tx: Tx, line: FibreLine, since: date) -> None:
    """Charge the months that have begun, and have the next one charged on its first day."""
    if line.activation is None:
        return
    zone = (await known_site(tx, line.site_id)).zone
    today = day_of(await tx.now(), zone)
    for month in model.months(line.activation.activated_on, since, today):
        usage, fixed = model.monthly_fee(line, month)
        await charges.record(tx, usage, fixed)
    upcoming = month_of(today).end
    await set_timer(tx, MONTH, line.line_id, midnight(upcoming, zone), upcoming.isoformat())


def _said(line: FibreLine) -> dict[str, Any]:
    """Return the fields that every event about a line carries."""
    return {name: getattr(line, name) for name in FibreLineState.model_fields}
