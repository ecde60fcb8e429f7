"""Enrols shared computers, sets PINs, and lets staff take turns at a desk, each under their own name.

What answers with a token, or hears a PIN, is no command with a kept answer: neither may be kept.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from chassis import audit
from chassis.clock import utc_now
from chassis.db import Tx
from chassis.decisions import Grant, Principal
from chassis.errors import Forbidden, NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from membership.accounts.model import SignedIn
from membership.accounts.ports import Keys
from membership.desks import model, ports, store
from membership.desks.model import Device, DeviceNotEnrolled, DeviceShown, FullSignInNeeded, Session
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.vault import Vault

PIN: Final = "pin:set"
_SIGN_IN: Final = "pin:sign-in"
_DESK_ROLES: Final = frozenset({"territory-administrator", "hub-manager", "operator-staff"})

PinDigits = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(repr=False)]
Secret = Annotated[str, StringConstraints(min_length=32, max_length=200), Field(repr=False)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200), Field(repr=False)]


class EnrolDevice(BaseModel):
    """Make this computer a shared desk of a site; the platform learns only the hash of its secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device_id: UUID
    site_id: UUID
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    secret_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RevokeDevice(BaseModel):
    """Let a computer be a shared desk no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SetPin(BaseModel):
    """Set one's own PIN in a territory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pin: PinDigits


class AtDevice(BaseModel):
    """Speak from a shared computer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device_id: UUID
    device_secret: Secret


class PinSignIn(AtDevice):
    """Take one's turn at a shared computer."""

    person_id: UUID
    pin: PinDigits


class RefreshDesk(BaseModel):
    """Go on at a shared computer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: Token


class StaffName(BaseModel):
    """Somebody who may take a turn at a desk."""

    person_id: UUID
    name: str


class StaffNames(BaseModel):
    """Everybody who may take a turn at a desk."""

    items: list[StaffName]


class PinSet(BaseModel):
    """Whose PIN was set."""

    person_id: UUID


class Turn(BaseModel):
    """Tokens, or how many tries are left: a wrong PIN is counted, where raising it would undo the count."""

    signed_in: SignedIn | None = None
    tries_left: int = 0
    locked_until: datetime | None = None


class Outcome(RootModel[SignedIn | None]):
    """Tokens, or nothing for a sign-in that is over."""


async def enrol_device(tx: Tx, wanted: EnrolDevice, principal: Principal) -> DeviceShown:
    """Keep a device by the hash of its secret. Raises FullSignInNeeded, NotFound, IdReused."""
    _check_full(principal)
    device = Device(
        wanted.device_id,
        wanted.site_id,
        wanted.name,
        bytes.fromhex(wanted.secret_sha256),
        principal.person_id,
        await tx.now(),
    )
    await store.insert_device(tx, device)
    return _shown(device)


async def revoke_device(tx: Tx, device_id: UUID, _command: RevokeDevice, principal: Principal) -> DeviceShown:
    """End a desk, with whoever is signed in there. Raises FullSignInNeeded, NotFound."""
    _check_full(principal)
    await store.revoke_device(tx, device_id, await tx.now())
    device = await store.device(tx, device_id)
    if device is None:
        raise NotFound(what="device", id=str(device_id))
    return _shown(device)


async def list_devices(tx: Tx, asked: Asked) -> Page[DeviceShown]:
    return await store.devices(tx, asked)


async def set_pin(tx: Tx, wanted: SetPin, principal: Principal, vault: Vault) -> PinSet:
    """Keep one's PIN, which unlocks it too. Raises FullSignInNeeded, Forbidden, PinTooPlain."""
    _check_full(principal)
    if not await _desk_grants(tx, principal.person_id):
        raise Forbidden(action=PIN)
    model.check_pin(wanted.pin)
    pin_hash = await ports.hashed(vault, principal.person_id, wanted.pin)
    await store.keep_pin(tx, principal.person_id, pin_hash, utc_now())
    await audit.record(tx, PIN, f"person/{principal.person_id}", "allowed", "own")
    return PinSet(person_id=principal.person_id)


async def staff_names(tx: Tx, there: AtDevice, vault: Vault) -> StaffNames:
    """Name who may take a turn at this device. Raises DeviceNotEnrolled."""
    device = await _device(tx, there)
    ids = [each for each in await store.with_pin(tx) if _reach(await _desk_grants(tx, each), device.site_id)]
    shown = await persons_handlers.unsealed(tx, await persons.known(tx, ids), vault)
    names = [
        StaffName(person_id=each.person_id, name=f"{each.given_name} {each.family_name}")
        for each in shown
        if each.given_name
    ]
    return StaffNames(items=sorted(names, key=lambda each: each.name.casefold()))


async def pin_sign_in(tx: Tx, wanted: PinSignIn, keys: Keys) -> Turn:
    """Let somebody take their turn at this device, for what a desk does and nothing else.

    Raises DeviceNotEnrolled, PinLocked.
    """
    device = await _device(tx, wanted)
    now = utc_now()
    pin = await store.locked_pin(tx, wanted.person_id)
    if pin is None:
        return Turn(tries_left=model.TRIES)
    pin.check_open(now)
    grants = await _desk_grants(tx, wanted.person_id)
    is_right = await ports.is_right(keys.vault, wanted.person_id, wanted.pin, pin.pin_hash)
    if not is_right or not _reach(grants, device.site_id):
        failed = pin.failed(now)
        await store.save_tries(tx, failed)
        await audit.record(tx, _SIGN_IN, f"person/{wanted.person_id}", "denied", f"device {device.device_id}")
        return Turn(tries_left=failed.tries_left, locked_until=failed.locked_until)
    await store.save_tries(tx, replace(pin, wrong=0, locked_until=None))
    session = Session(new_id(), device.device_id, wanted.person_id, 0, now + model.IDLE)
    await store.insert_session(tx, session, now - model.KEPT)
    await audit.record(tx, _SIGN_IN, f"person/{wanted.person_id}", "allowed", f"device {device.device_id}")
    return Turn(signed_in=_signed_in(session, grants, keys))


async def refresh_desk(tx: Tx, wanted: RefreshDesk, keys: Keys) -> Outcome:
    """Go on for another while; a token that was used before ends the turn."""
    session, rotation = await _session(tx, wanted.refresh_token, keys)
    now = utc_now()
    if session is None or now >= session.expires_at:
        return Outcome(None)
    device = await store.device(tx, session.device_id)
    grants = await _desk_grants(tx, session.person_id)
    stands = device is not None and device.revoked_at is None and _reach(grants, device.site_id)
    if rotation != session.rotation or not stands:
        await store.end_session(tx, session.session_id)
        return Outcome(None)
    rotated = replace(session, rotation=rotation + 1, expires_at=now + model.IDLE)
    await store.rotate(tx, rotated)
    return Outcome(_signed_in(rotated, grants, keys))


async def end_turn(tx: Tx, wanted: RefreshDesk, keys: Keys) -> Outcome:
    """End a turn; where there is none, nothing is to be done."""
    session, _ = await _session(tx, wanted.refresh_token, keys)
    if session:
        await store.end_session(tx, session.session_id)
    return Outcome(None)


def _check_full(principal: Principal) -> None:
    if principal.by_pin:
        raise FullSignInNeeded


async def _device(tx: Tx, there: AtDevice) -> Device:
    device = await store.device(tx, there.device_id)
    digest = hashlib.sha256(there.device_secret.encode()).digest()
    if device is None or device.revoked_at or not hmac.compare_digest(digest, device.secret_hash):
        raise DeviceNotEnrolled
    return device


async def _desk_grants(tx: Tx, person_id: UUID) -> list[Grant]:
    """Return somebody's roles at the desks of the territory: an administrator acts there as hub manager."""
    return [
        replace(grant, role="hub-manager") if grant.role == "territory-administrator" else grant
        for grant in await persons_handlers.roles_here(tx, person_id)
        if grant.role in _DESK_ROLES
    ]


def _reach(grants: list[Grant], site_id: UUID) -> bool:
    return model.reaches((grant.site_id for grant in grants), site_id)


async def _session(tx: Tx, token: str, keys: Keys) -> tuple[Session | None, int]:
    named = keys.sign_in.session_of(token)
    if named is None:
        return None, 0
    session_id, rotation = named
    return await store.lock_session(tx, session_id), rotation


def _signed_in(session: Session, grants: list[Grant], keys: Keys) -> SignedIn:
    return SignedIn(
        access_token=keys.signer.sign(Principal(session.person_id, tuple(grants), by_pin=True)),
        expires_in=model.RENEWAL // timedelta(seconds=1),
        refresh_token=keys.sign_in.refresh_token(session.session_id, session.rotation),
        refresh_expires_at=session.expires_at,
        person_id=session.person_id,
        persons=(),
    )


def _shown(device: Device) -> DeviceShown:
    return DeviceShown.model_validate(device, from_attributes=True)
