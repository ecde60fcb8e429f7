"""Builds policies, publishes them at a hub, and lets somebody decide on what they make wait."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from booking_builders import MONDAY, Hub

from booking.approvals.handlers import ApproveBooking, RejectBooking, approve_booking, reject_booking
from booking.bookings.handlers import BookingView
from booking.changes.handlers import CancelBooking, cancel_booking
from booking.policies.handlers import PublishPolicy, PublishVersion, publish_policy, publish_version
from booking.policies.model import PolicyVersion, Terms
from booking.rights.model import Grant
from chassis.ids import new_id
from contracts.values import Party


def terms(**said: Any) -> Terms:
    """A policy that limits nothing but what is said."""
    return Terms.model_validate({"name": "Salles", **said})


def approval(**said: Any) -> dict[str, Any]:
    """Approval of every booking, within two days."""
    return {"needed": "always", "deadline_hours": 48, **said}


def a_grant(person_id: UUID, audience: str = "nomad", **said: Any) -> Grant:
    values = {"paid_by": "plan", "membership_id": UUID(int=9), **said}
    return Grant(audience, Party(person_id=person_id), **values)


async def publish(hub: Hub, scope_id: UUID | None = None, day: date = MONDAY, **said: Any) -> PolicyVersion:
    """Publish a policy for the site, or for something at it."""
    command = PublishPolicy(
        policy_id=new_id(), scope_id=scope_id or hub.site_id, in_force_from=day, terms=terms(**said)
    )
    async with hub.database.tx(hub.territory) as tx:
        return await publish_policy(tx, command)


async def publish_next(hub: Hub, before: PolicyVersion, day: date = MONDAY, **said: Any) -> PolicyVersion:
    async with hub.database.tx(hub.territory) as tx:
        wanted = PublishVersion(in_force_from=day, terms=terms(**said))
        return await publish_version(tx, before.policy_id, wanted)


async def approve(hub: Hub, booked: BookingView) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await approve_booking(tx, booked.booking_id, ApproveBooking())


async def reject(hub: Hub, booked: BookingView, reason: str = "Conseil communautaire") -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await reject_booking(tx, booked.booking_id, RejectBooking(reason=reason))


async def give_up(hub: Hub, booked: BookingView) -> BookingView:
    async with hub.database.tx(hub.territory) as tx:
        return await cancel_booking(tx, booked.booking_id, CancelBooking(), hub.principal(booked.person_id))


async def state(hub: Hub, booked: BookingView) -> str:
    async with hub.database.tx(hub.territory) as tx:
        found: str = await tx.fetchval("SELECT state FROM bookings WHERE booking_id = $1", booked.booking_id)
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
