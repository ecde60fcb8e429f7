"""HTTP door for controllers: permissions out, uses in, by the controller's token."""

from typing import Any, Final
from uuid import UUID

from booking.controllers.model import ControllerUnknown
from booking.permissions import handlers, ports
from booking.permissions.handlers import FetchPermissions, Permissions, StartByPermission
from booking.usage.handlers import Heartbeat, StopUsage, UsageView
from chassis.http import Body, Door, FromPath, Open, Response, command, get

_ALL: Final = "/v1/territories/{siren:str}/controlled"
_HEADER: Final = "maillage-controller"


@command(_ALL + "/permissions")
async def fetch_permissions(door: Door, data: Body[FetchPermissions]) -> Response[Permissions]:
    """Fetch the permissions of the next day, and which ones were revoked."""
    return await door.command(Open.ANYONE, handlers.fetch_permissions, data, _token(door))


@command(_ALL + "/usages")
async def start_by_permission(door: Door, data: Body[StartByPermission]) -> Response[UsageView]:
    """Tell a use that a permission let begin, now or long ago."""
    return await door.command(Open.ANYONE, handlers.start_by_permission, data, _token(door))


@command(_ALL + "/usages/{usage_id:uuid}/heartbeat")
async def heartbeat(door: Door, usage_id: FromPath[UUID], data: Body[Heartbeat]) -> Response[UsageView]:
    """Tell that the machine is in use."""
    return await door.command(Open.ANYONE, handlers.heartbeat, usage_id, data, _token(door))


@command(_ALL + "/usages/{usage_id:uuid}/stop")
async def stop(door: Door, usage_id: FromPath[UUID], data: Body[StopUsage]) -> Response[UsageView]:
    """Tell that a use is over."""
    return await door.command(Open.ANYONE, handlers.stop, usage_id, data, _token(door))


@get("/.well-known/jwks.json", sync_to_thread=False)
def show_keys() -> dict[str, Any]:
    """Show the keys by which permissions are verified."""
    return {"keys": [ports.public_key()]}


def _token(door: Door) -> str:
    token: str | None = door.request.headers.get(_HEADER)
    if not token:
        raise ControllerUnknown
    return token


ROUTES: Final = [fetch_permissions, start_by_permission, heartbeat, stop, show_keys]
