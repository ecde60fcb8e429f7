"""HTTP door of requests and of who decides on them."""

from typing import Final
from uuid import UUID

from booking.approvals import handlers
from booking.approvals.handlers import (
    ApproveBooking,
    DelegateApproval,
    DelegationView,
    EndDelegation,
    RejectBooking,
    at_delegation,
    at_request,
)
from booking.bookings.handlers import BookingView
from booking.planning.handlers import NamedBooking
from booking.policies.handlers import at_scope
from booking.sites.handlers import at_site
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/approve")
async def approve_booking(
    door: Door, booking_id: FromPath[UUID], data: Body[ApproveBooking]
) -> Response[BookingView]:
    """Grant a request."""
    act = Act("booking:decide", "booking", booking_id, at_request(door.principal))
    return await door.command(act, handlers.approve_booking, booking_id, data)


@command("/v1/territories/{siren:str}/bookings/{booking_id:uuid}/reject")
async def reject_booking(
    door: Door, booking_id: FromPath[UUID], data: Body[RejectBooking]
) -> Response[BookingView]:
    """Turn a request down."""
    act = Act("booking:decide", "booking", booking_id, at_request(door.principal))
    return await door.command(act, handlers.reject_booking, booking_id, data)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/requests")
async def list_requests(door: Door, asked: Asked, site_id: FromPath[UUID]) -> Response[Listed[NamedBooking]]:
    """List what waits for a decision at a site, the most urgent first."""
    act = Act("booking:decide", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.requests_page, asked, site_id)


@query("/v1/territories/{siren:str}/requests/delegated")
async def list_delegated_requests(door: Door, asked: Asked) -> Response[Listed[NamedBooking]]:
    """List what waits for one's own decision by delegation."""
    person_id = door.principal.person_id
    act = Act("booking:decide", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.delegated_page, asked, person_id)


@creation("/v1/territories/{siren:str}/approval-delegations")
async def delegate_approval(door: Door, data: Body[DelegateApproval]) -> Response[DelegationView]:
    """Let a person decide on requests."""
    look = at_scope(door.principal, data.scope_id)
    act = Act("policy:manage", "approval delegation", data.delegation_id, look)
    return await door.create(act, handlers.delegate_approval, data)


@command("/v1/territories/{siren:str}/approval-delegations/{delegation_id:uuid}/end")
async def end_delegation(
    door: Door, delegation_id: FromPath[UUID], data: Body[EndDelegation]
) -> Response[DelegationView]:
    """Let a person decide no more."""
    act = Act("policy:manage", "approval delegation", delegation_id, at_delegation(door.principal))
    return await door.command(act, handlers.end_delegation, delegation_id, data)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/approval-delegations")
async def list_delegations(
    door: Door, asked: Asked, site_id: FromPath[UUID]
) -> Response[Listed[DelegationView]]:
    """List who decides on requests at a site beside its staff."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.delegations_page, asked, site_id)


ROUTES: Final = [
    approve_booking,
    reject_booking,
    list_requests,
    list_delegated_requests,
    delegate_approval,
    end_delegation,
    list_delegations,
]
