"""Gives seats of a company's membership to its persons, takes them back, and shows who has which."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.decisions import Principal
from chassis.pages import Asked, Page
from contracts.membership import SeatGiven, SeatTaken
from membership.affiliations import handlers as affiliations_handlers
from membership.affiliations import store as affiliations
from membership.affiliations.handlers import AffiliationShown
from membership.memberships import handlers as memberships
from membership.memberships import store as memberships_store
from membership.memberships.model import MembershipOver
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.persons.model import PersonShown
from membership.plans import handlers as plans
from membership.seats import model, store
from membership.seats.model import NoSeatsInPlan, Seat, SeatForAffiliated
from membership.vault import Vault


class GiveSeat(BaseModel):
    """Give a person of the organisation a seat of its membership, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seat_id: UUID
    person_id: UUID
    given_from: date


class TakeSeat(BaseModel):
    """Take a seat back: the day is the first one without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taken_from: date


class SeatRef(BaseModel):
    """Which seat was meant."""

    model_config = ConfigDict(frozen=True)

    seat_id: UUID
    taken_from: date | None


class SeatShown(SeatRef):
    """A seat, and who has it; no name once the person is erased."""

    person_id: UUID
    given_name: str | None
    family_name: str | None
    given_from: date


async def give_seat(tx: Tx, membership_id: UUID, wanted: GiveSeat, principal: Principal) -> SeatRef:
    """Give a seat; two rivals for the last one wait for each other, and one has it.

    Raises NoSeatsInPlan, SeatsAllGiven, SeatedAlready, SeatForAffiliated, MembershipOver.
    """
    membership = await memberships.locked(tx, membership_id, principal)
    day = max(wanted.given_from, await plans.today(tx), membership.valid_from)
    holder_id, count = membership.holder.organisation_id, membership.terms_on(day).seats
    if holder_id is None or count is None:
        raise NoSeatsInPlan
    if membership.valid_until is not None and day >= membership.valid_until:
        raise MembershipOver(valid_until=str(membership.valid_until))
    if not await affiliations.belongs_to(tx, wanted.person_id, holder_id, day):
        raise SeatForAffiliated(day=str(day))
    await store.give(tx, Seat(wanted.seat_id, membership_id, wanted.person_id, day), count)
    tx.emit(
        SeatGiven(
            membership_id=membership_id, seat_id=wanted.seat_id, person_id=wanted.person_id, given_from=day
        )
    )
    return SeatRef(seat_id=wanted.seat_id, taken_from=None)


async def take_seat(
    tx: Tx, membership_id: UUID, seat_id: UUID, wanted: TakeSeat, principal: Principal
) -> SeatRef:
    """Take a seat back; raises what `model.taken` raises."""
    membership = await memberships.locked(tx, membership_id, principal)
    today = await plans.today(tx)
    rules = membership.terms_on(today).plan.terms.seats
    settled_days = rules.settled_days if rules else 0
    seat = model.taken(await store.seat(tx, membership_id, seat_id), wanted.taken_from, settled_days, today)
    await store.take(tx, seat)
    taken_from = seat.taken_from or wanted.taken_from
    tx.emit(
        SeatTaken(
            membership_id=membership_id, seat_id=seat_id, person_id=seat.person_id, taken_from=taken_from
        )
    )
    return SeatRef(seat_id=seat_id, taken_from=taken_from)


async def list_seats(tx: Tx, asked: Asked, membership_id: UUID, vault: Vault) -> Page[SeatShown]:
    """Return the seats of a membership with the names of those who have them."""
    page = await store.seats(tx, asked, membership_id)
    known = await persons.known(tx, {one.person_id for one in page.items})
    names = {each.person_id: each for each in await persons_handlers.unsealed(tx, known, vault)}
    return Page([_shown(seat, names) for seat in page.items], page.last)


async def list_people(tx: Tx, asked: Asked, membership_id: UUID, vault: Vault) -> Page[AffiliationShown]:
    """Return the people of the company that holds a membership: those who may be given a seat."""
    membership = await memberships_store.membership(tx, membership_id)
    holder_id = membership.holder.organisation_id if membership else None
    if holder_id is None:
        raise NoSeatsInPlan
    return await affiliations_handlers.list_affiliations(tx, asked, holder_id, vault)


def _shown(seat: Seat, names: dict[UUID, PersonShown]) -> SeatShown:
    person = names.get(seat.person_id)
    return SeatShown(
        seat_id=seat.seat_id,
        taken_from=seat.taken_from,
        person_id=seat.person_id,
        given_name=person.given_name if person else None,
        family_name=person.family_name if person else None,
        given_from=seat.given_from,
    )
