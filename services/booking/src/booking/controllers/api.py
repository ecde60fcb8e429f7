"""HTTP door of controllers and badges."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from booking.controllers import handlers
from booking.controllers.handlers import (
    BadgeView,
    ControllerView,
    GiveBadge,
    RegisterController,
    RevokeController,
    TakeBadge,
    at_thing,
)
from booking.controllers.ports import draw_token
from booking.sites.handlers import at_site
from chassis.commands import Lookup
from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import Act, Body, Door, FromPath, Response, command, creation

_ALL: Final = "/v1/territories/{siren:str}/controllers"


@creation(_ALL)
async def register_controller(door: Door, data: Body[RegisterController]) -> Response[Any]:
    """Register a controller; its token is shown in this answer alone."""
    token = draw_token()
    act = Act("resource:manage", "site for controller", data.controller_id, _at(door, data.site_id))
    answer: Response[Any] = await door.create(act, handlers.register_controller, data, token)
    if answer.status_code != HTTPStatus.CREATED:
        return answer
    shown = ControllerView.model_validate_json(answer.content).model_copy(update={"token": token})
    return Response(
        shown.model_dump_json().encode(), status_code=HTTPStatus.CREATED, media_type="application/json"
    )


@command(_ALL + "/{controller_id:uuid}/revoke")
async def revoke_controller(
    door: Door, controller_id: FromPath[UUID], data: Body[RevokeController]
) -> Response[None]:
    """Let a controller in no more."""
    act = Act("resource:manage", "controller", controller_id, at_thing(door.principal))
    return await door.command(act, handlers.revoke_controller, controller_id, data)


@creation("/v1/territories/{siren:str}/badges")
async def give_badge(door: Door, data: Body[GiveBadge]) -> Response[BadgeView]:
    """Let a person be known by a badge at the machines of the territory."""
    act = Act("badge:give", "site for badge", data.badge_id, _at(door, data.site_id))
    return await door.create(act, handlers.give_badge, data)


@command("/v1/territories/{siren:str}/badges/{badge_id:uuid}/take-back")
async def take_badge(door: Door, badge_id: FromPath[UUID], data: Body[TakeBadge]) -> Response[None]:
    """Take a badge back."""
    act = Act("badge:give", "badge", badge_id, at_thing(door.principal))
    return await door.command(act, handlers.take_badge, badge_id, data)


def _at(door: Door, site_id: UUID) -> Lookup:
    site = at_site(door.principal, "resources")

    async def look(tx: Tx, _new_id: UUID) -> Target | None:
        return await site(tx, site_id)

    return look


ROUTES: Final = [register_controller, revoke_controller, give_badge, take_badge]
