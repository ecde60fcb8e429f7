"""Builds what booking and membership tell of uses: bookings, memberships."""

import datetime as dt
from typing import Any, TypeVar
from uuid import UUID

from billing_builders import ZONE, at

from chassis.ids import new_id
from contracts.booking import BookingConfirmed, BookingState
from contracts.membership import MembershipConfirmed, MembershipState
from contracts.values import Party, Period, Wording

B = TypeVar("B", bound=BookingState)
M = TypeVar("M", bound=MembershipState)
MORNING = dt.datetime(2026, 3, 1, 9, tzinfo=ZONE)


def a_period(start: str = "2026-03-12 09:00", end: str = "2026-03-12 11:00") -> Period:
    return Period(start=at(start), end=at(end), zone="Europe/Paris")


def a_booking(site_id: UUID, payer: Party, **changes: Any) -> BookingConfirmed:
    """Two hours of the large room on 12 March, confirmed on 1 March, paid in money."""
    values: dict[str, Any] = {
        "booking_id": new_id(),
        "site_id": site_id,
        "site_name": "Le 302",
        "resource_id": new_id(),
        "resource_name": "Grande salle",
        "kind": "room",
        "period": a_period(),
        "person_id": payer.person_id or new_id(),
        "payer": payer,
        "audience": "nomad",
        "paid_by": "money",
        "price_code": "large-room",
        "rights_as_of": MORNING,
        "confirmed_at": MORNING,
    }
    return BookingConfirmed(**(values | changes))


def now_as(fact: type[B], booking: BookingState, **changes: Any) -> B:
    """The same booking, told by another fact."""
    return fact(**(dict(booking) | changes))


def a_membership(payer: Party, **changes: Any) -> MembershipConfirmed:
    """A monthly membership from 12 March on."""
    values: dict[str, Any] = {
        "membership_id": new_id(),
        "holder": payer,
        "payer": payer,
        "audience": "nomad",
        "plan_id": new_id(),
        "plan_version": 1,
        "plan_name": Wording(fr="Nomade", en="Nomad"),
        "family": "coworking",
        "cadence": "month",
        "price_code": "desk-plan",
        "site_ids": (),
        "entitlements": (),
        "valid_from": dt.date(2026, 3, 12),
        "confirmed_at": MORNING,
    }
    return MembershipConfirmed(**(values | changes))


def membership_as(fact: type[M], membership: MembershipState, **changes: Any) -> M:
    """The same membership, told by another fact."""
    return fact(**(dict(membership) | changes))
