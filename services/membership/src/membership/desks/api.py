"""The HTTP door to shared desks: enrolling them, setting a PIN, taking turns."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    Listed,
    Open,
    Response,
    command,
    creation,
    post,
    query,
)
from membership.accounts.ports import keys
from membership.desks import handlers, model, store
from membership.desks.handlers import (
    AtDevice,
    EnrolDevice,
    PinSet,
    PinSignIn,
    RefreshDesk,
    RevokeDevice,
    SetPin,
    StaffNames,
    Turn,
)
from membership.desks.model import DeskSessionOver, DeviceShown, PinLocked, PinWrong
from membership.sites import store as sites
from membership.vault import vault

_NOTHING: Final = b"null"


@creation("/v1/territories/{siren:str}/desk-devices")
async def enrol_device(door: Door, data: Body[EnrolDevice]) -> Response[DeviceShown]:
    """Make a computer a shared desk; this takes a sign-in by mail."""
    site_id = data.site_id
    act = Act("desk-device:enrol", "desk-device", data.device_id, lambda tx, _: sites.target(tx, site_id))
    return await door.create(act, handlers.enrol_device, data, door.principal)


@command("/v1/territories/{siren:str}/desk-devices/{device_id:uuid}/revoke")
async def revoke_device(
    door: Door, device_id: FromPath[UUID], data: Body[RevokeDevice]
) -> Response[DeviceShown]:
    """Let a computer be a shared desk no more."""
    act = Act("desk-device:revoke", "desk-device", device_id, _target)
    return await door.command(act, handlers.revoke_device, device_id, data, door.principal)


@query("/v1/territories/{siren:str}/desk-devices")
async def list_devices(door: Door, asked: Asked) -> Response[Listed[DeviceShown]]:
    """List the shared desks of the territory, revoked ones too."""
    act = Act("desk-device:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_devices, asked)


@post("/v1/territories/{siren:str}/my-pin", status_code=200)
async def set_pin(door: Door, data: Body[SetPin]) -> Response[PinSet]:
    """Set one's own PIN for the shared desks of the territory."""
    return await door.read(Open.SIGNED_IN, handlers.set_pin, data, door.principal, vault())


@post("/v1/territories/{siren:str}/desk-sign-ins/names", status_code=200)
async def staff_names(door: Door, data: Body[AtDevice]) -> Response[StaffNames]:
    """Name, to a shared desk, who may take a turn there."""
    return await door.read(Open.ANYONE, handlers.staff_names, data, vault())


@post("/v1/territories/{siren:str}/desk-sign-ins", status_code=200)
async def pin_sign_in(door: Door, data: Body[PinSignIn]) -> Response[Any]:
    """Take one's turn at a shared desk."""
    answer: Response[Any] = await door.read(Open.ANYONE, handlers.pin_sign_in, data, keys())
    turn = Turn.model_validate_json(answer.content)
    if turn.signed_in is None:
        raise _refusal(turn)
    return Response(turn.signed_in.model_dump_json().encode(), media_type="application/json")


@post("/v1/territories/{siren:str}/desk-sign-ins/refresh", status_code=200)
async def refresh_desk(door: Door, data: Body[RefreshDesk]) -> Response[Any]:
    """Go on at a shared desk; ten minutes without it end the turn."""
    answer: Response[Any] = await door.read(Open.ANYONE, handlers.refresh_desk, data, keys())
    if answer.content == _NOTHING:
        raise DeskSessionOver(minutes=model.IDLE // timedelta(minutes=1))
    return answer


@post("/v1/territories/{siren:str}/desk-sign-ins/end", status_code=204)
async def end_turn(door: Door, data: Body[RefreshDesk]) -> None:
    """End one's turn at a shared desk."""
    await door.read(Open.ANYONE, handlers.end_turn, data, keys())


def _refusal(turn: Turn) -> PinWrong | PinLocked:
    return model.locked(turn.locked_until) if turn.locked_until else PinWrong(tries_left=turn.tries_left)


async def _target(tx: Tx, device_id: UUID) -> Target | None:
    device = await store.device(tx, device_id)
    return Target(tx.territory_id, site_id=device.site_id) if device else None


ROUTES = [
    enrol_device,
    revoke_device,
    list_devices,
    set_pin,
    staff_names,
    pin_sign_in,
    refresh_desk,
    end_turn,
]
