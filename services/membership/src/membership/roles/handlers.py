"""Gives roles and withdraws them, in a territory or on the platform, and names the first operator."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

from chassis.db import PLATFORM, Database, Tx
from chassis.decisions import Grant
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from contracts.membership import RoleGranted, RoleWithdrawn
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.persons.model import Details, PersonShown
from membership.roles import model, store
from membership.roles.model import AdministratorsRole, MailMissing, Role, RoleShown, RoleWithdrawnAlready
from membership.roles.store import Given
from membership.territories import handlers as territories
from membership.vault import Vault

_FIRST_OPERATOR: Final = ("Platform", "Operator")
_mail = TypeAdapter(persons_handlers.Mail)


class GrantRole(BaseModel):
    """Give a person a role in the territory; a site or an operator narrows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant_id: UUID
    person_id: UUID
    role: Role
    site_id: UUID | None = None
    operator_id: UUID | None = None


class RoleRef(BaseModel):
    """Which grant of a role was meant."""

    model_config = ConfigDict(frozen=True)

    grant_id: UUID


async def grant_role(tx: Tx, wanted: GrantRole) -> RoleRef:
    """Give a role to a person whom the territory knows and who can sign in.

    Raises MailMissing, RoleHeldAlready and what `model.check_grant` raises.
    """
    on_platform = tx.territory_id == PLATFORM
    model.check_grant(
        wanted.role, on_platform=on_platform, site_id=wanted.site_id, operator_id=wanted.operator_id
    )
    if not on_platform:
        await territories.required(tx)
    await _give(tx, Given(**wanted.model_dump()))
    return RoleRef(grant_id=wanted.grant_id)


async def withdraw_role(tx: Tx, grant_id: UUID) -> RoleRef:
    """Take a role away; tokens already signed last ten minutes at most.

    Raises AdministratorsRole, RoleWithdrawnAlready.
    """
    given = await _given(tx, grant_id)
    if given.role in model.ADMINISTRATORS:
        raise AdministratorsRole(role=given.role)
    return await _withdraw(tx, given)


async def withdraw_administrator(tx: Tx, grant_id: UUID) -> RoleRef:
    """Take an administrator's role away. Raises RoleWithdrawnAlready, LastAdministrator."""
    given = await _given(tx, grant_id)
    if given.role not in model.ADMINISTRATORS:
        raise NotFound(what="role", id=str(grant_id))
    holders = {one.person_id for one in await store.lock_holders(tx, given.role)}
    if given.person_id in holders:
        model.check_withdrawal(given.role, len(holders) - 1)
    return await _withdraw(tx, given)


async def list_roles(tx: Tx, asked: Asked, vault: Vault) -> Page[RoleShown]:
    """Return who holds which role, with names."""
    page = await store.roles(tx, asked)
    known = await persons.known(tx, {one.person_id for one in page.items})
    shown = {person.person_id: person for person in await persons_handlers.unsealed(tx, known, vault)}
    return Page([_named(one, shown) for one in page.items], page.last)


async def ensure_first_operator(
    database: Database, mail: str, vault: Vault, name: tuple[str, str] = _FIRST_OPERATOR
) -> UUID | None:
    """Name the platform's first operator, who then signs in by mail; return None if there is one already.

    Whoever runs the platform calls this once it is migrated; two at once name one. Raises pydantic's
    ValidationError for what is no mail address.
    """
    details = Details(*name, language="fr", mail=_mail.validate_python(mail))
    async with database.tx(PLATFORM) as tx:
        await store.take_turn(tx)
        if await store.lock_holders(tx, "platform-operator"):
            return None
        person_id = new_id()
        await persons_handlers.enrol(tx, person_id, details, vault)
        await _give(tx, Given(new_id(), person_id, "platform-operator", None, None))
    return person_id


async def _given(tx: Tx, grant_id: UUID) -> Given:
    given = await store.given(tx, grant_id)
    if given is None:
        raise NotFound(what="role", id=str(grant_id))
    return given


async def _withdraw(tx: Tx, given: Given) -> RoleRef:
    now = await tx.now()
    if not await store.withdraw(tx, given.grant_id, now):
        raise RoleWithdrawnAlready(role=given.role)
    async with tx.platform():
        await persons.drop_role(tx, given.person_id, tx.territory_id, given.grant_id)
    tx.emit(RoleWithdrawn(withdrawn_at=now, **_state(given)))
    return RoleRef(grant_id=given.grant_id)


async def _give(tx: Tx, given: Given) -> None:
    async with tx.platform():
        person = await persons.locked(tx, given.person_id)
    if person is None or not (tx.territory_id == PLATFORM or await persons.is_known(tx, given.person_id)):
        raise NotFound(what="person", id=str(given.person_id))
    if person.mail_hash is None:
        raise MailMissing
    now = await tx.now()
    await store.insert(tx, given, now)
    grant = Grant(tx.territory_id, given.role, given.site_id, given.operator_id)
    async with tx.platform():
        await persons.add_role(tx, given.person_id, given.grant_id, grant)
    tx.emit(RoleGranted(granted_at=now, **_state(given)))


def _state(given: Given) -> dict[str, Any]:
    return {
        "grant_id": given.grant_id,
        "person_id": given.person_id,
        "role": given.role,
        "site_id": given.site_id,
        "operator_id": given.operator_id,
    }


def _named(one: RoleShown, persons_by_id: Mapping[UUID, PersonShown]) -> RoleShown:
    person = persons_by_id.get(one.person_id)
    if person is None:
        return one
    return one.model_copy(update={"given_name": person.given_name, "family_name": person.family_name})
