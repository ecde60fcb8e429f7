"""Registers persons, with or without contact, changes what is known of them, and shows them."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis import privacy
from chassis.clock import utc_now
from chassis.db import PLATFORM, Tx
from chassis.decisions import Grant, Principal
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import PersonChanged, PersonRegistered, SubjectKeyDestroyed, SubjectKeyIssued
from membership.operators import handlers as operators
from membership.persons import model, store
from membership.persons.model import SEALED_FIELDS, Details, Language, MailSettled, PersonShown
from membership.persons.store import SealedPerson
from membership.territories import handlers as territories
from membership.vault import Vault

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^\P{C}+$")
]
Mail = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s\p{C}]+@[^@\s\p{C}]+\.[^@\s\p{C}]+$"
    ),
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 .()/-]{6,30}$")]
PostalLines = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RegisterPerson(BaseModel):
    """Register a person: a name is enough, for whoever walks in without any contact.

    The staff of an operator say at which of their sites.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    given_name: Name
    family_name: Name
    language: Language = "fr"
    mail: Mail | None = None
    phone: Phone | None = None
    address: PostalLines | None = None
    site_id: UUID | None = None


class ChangePerson(BaseModel):
    """Change what is known of a person: a field left out stays, an empty contact is taken away."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    given_name: Name | None = None
    family_name: Name | None = None
    language: Language | None = None
    mail: Mail | None = None
    phone: Phone | None = None
    address: PostalLines | None = None

    def applied_to(self, details: Details) -> Details:
        """Return the details with what was sent in place of what stood there."""
        sent = self.model_dump(exclude_unset=True)
        kept = ("given_name", "family_name", "language")
        changes = {name: value for name, value in sent.items() if value is not None or name not in kept}
        return replace(details, **changes)


class PersonRef(BaseModel):
    """Which person was meant; an answer that is kept holds no name."""

    model_config = ConfigDict(frozen=True)

    person_id: UUID


async def register_person(tx: Tx, wanted: RegisterPerson, principal: Principal, vault: Vault) -> PersonRef:
    """Register a person whom the territory then knows.

    Whether another territory knows somebody of that mail address changes nothing in the answer: the two
    records meet when the person signs in. Raises TerritoryNotOpen, IdReused, MailKnownHere, ActNotDelegated.
    """
    await territories.required(tx)
    if wanted.site_id:
        await operators.note_for_whom(tx, principal, wanted.site_id, "persons")
    details = Details(**wanted.model_dump(exclude={"person_id", "site_id"}))
    await enrol(tx, wanted.person_id, details, vault)
    return PersonRef(person_id=wanted.person_id)


async def enrol(tx: Tx, person_id: UUID, details: Details, vault: Vault) -> None:
    """Keep a new person, sealed under a key of their own. Raises IdReused, MailKnownHere."""
    key = privacy.new_key()
    wrapped = privacy.wrap(vault.kek, key)
    person = _sealed(person_id, details, key, vault)
    async with tx.platform():
        await store.insert(tx, person, tx.territory_id)
        await privacy.keep_key(tx, person_id, wrapped)
        issued = SubjectKeyIssued(
            person_id=person_id,
            wrapped_key=base64.b64encode(wrapped).decode(),
            wrapped_by=vault.kek_name,
        )
        tx.emit(issued, territory_id=PLATFORM)
        tx.emit(PersonRegistered.model_validate(_state(person)), territory_id=PLATFORM)
    await privacy.know(tx, person_id)


async def with_mail(tx: Tx, mail: str, vault: Vault) -> UUID | None:
    """Return whom the territory knows by this mail address."""
    async with tx.platform():
        return await store.holder_of_mail(tx, tx.territory_id, mail_hash(vault, mail))


async def settled(tx: Tx, person_ids: Collection[UUID]) -> set[UUID]:
    """Return those whom the territory cannot withdraw: they signed in, act in a role, are known elsewhere."""
    async with tx.platform():
        return await store.settled(tx, person_ids, tx.territory_id)


async def withdraw(tx: Tx, person_id: UUID) -> None:
    """Undo the registration of somebody who is not settled: no row is left, and their key opens no event."""
    async with tx.platform():
        await store.delete(tx, person_id)
        await privacy.destroy_key(tx, person_id)
        tx.emit(SubjectKeyDestroyed(person_id=person_id, destroyed_at=utc_now()), territory_id=PLATFORM)
    await privacy.unknow(tx, person_id)


async def change_person(tx: Tx, person_id: UUID, wanted: ChangePerson, vault: Vault) -> PersonRef:
    """Change a person whom the territory knows; nothing new, no event. Raises MailSettled, MailKnownHere."""
    if not await store.is_known(tx, person_id):
        raise _no_person(person_id)
    async with tx.platform():
        person = await store.locked(tx, person_id)
        key = (await privacy.keys_of(tx, [person_id])).get(person_id)
        if person is None or key is None:  # erased
            raise _no_person(person_id)
        opened = privacy.unwrap(vault.kek, key)
        before = _opened(person, opened)
        after = wanted.applied_to(before)
        if after == before:
            return PersonRef(person_id=person_id)
        if after.mail != before.mail and not await _may_change_mail(tx, person):
            raise MailSettled
        changed = _sealed(person_id, after, opened, vault)
        await store.update(tx, changed, tx.territory_id)
        tx.emit(PersonChanged.model_validate(_state(changed)), territory_id=PLATFORM)
    return PersonRef(person_id=person_id)


async def join_territory(tx: Tx, person_id: UUID) -> PersonRef:
    """Let the territory know the person who asks for it. Raises TerritoryNotOpen."""
    await territories.required(tx)
    async with tx.platform():
        person = await store.locked(tx, person_id)
        if person is None or not await privacy.keys_of(tx, [person_id]):  # erased
            raise _no_person(person_id)
        await store.join(tx, person, tx.territory_id)
    await privacy.know(tx, person_id)
    return PersonRef(person_id=person_id)


async def show_person(tx: Tx, person_id: UUID, vault: Vault) -> PersonShown | None:
    """Return a person whom the territory knows, unsealed."""
    person = await store.person(tx, person_id)
    return (await unsealed(tx, [person], vault))[0] if person else None


async def list_persons(tx: Tx, asked: Asked, search: str, vault: Vault) -> Page[PersonShown]:
    """Return the persons whom the territory knows, unsealed; all of them for an empty search."""
    page = await store.persons(tx, asked, vault.tokens(model.wanted_terms(search)))
    return Page(await unsealed(tx, page.items, vault), page.last)


async def roles_here(tx: Tx, person_id: UUID) -> list[Grant]:
    """Return the roles that somebody has in this territory."""
    async with tx.platform():
        held = await store.roles_of(tx, person_id)
    return [grant for grant in held if grant.territory_id == tx.territory_id]


async def unsealed(tx: Tx, persons: Sequence[SealedPerson], vault: Vault) -> list[PersonShown]:
    """Return persons with their names and contacts in clear; those whose key is destroyed have none."""
    places = [(person, name) for person in persons for name in person.sealed]
    sealings = [(person.person_id, name, person.sealed[name]) for person, name in places]
    texts = await privacy.unseal_many(tx, vault.kek, sealings)
    clear: dict[UUID, dict[str, str | None]] = {person.person_id: {} for person in persons}
    for (person, name), text in zip(places, texts, strict=True):
        clear[person.person_id][name] = text
    return [_shown(person, clear[person.person_id]) for person in persons]


def _shown(person: SealedPerson, clear: dict[str, str | None]) -> PersonShown:
    texts = dict.fromkeys(SEALED_FIELDS) | clear
    return PersonShown.model_validate({"person_id": person.person_id, "language": person.language, **texts})


async def _may_change_mail(tx: Tx, person: SealedPerson) -> bool:
    return model.may_change_mail(
        signed_in=person.first_signed_in_at is not None,
        holds_roles=bool(await store.roles_of(tx, person.person_id)),
    )


def _sealed(person_id: UUID, details: Details, key: bytes, vault: Vault) -> SealedPerson:
    texts = details.sealed_fields()
    return SealedPerson(
        person_id,
        {name: privacy.seal(key, person_id, name, text) for name, text in texts.items()},
        details.language,
        mail_hash(vault, details.mail) if details.mail else None,
        vault.tokens(model.search_terms(details)),
    )


def mail_hash(vault: Vault, mail: str) -> bytes:
    """Return what a mail address is looked up by."""
    return vault.digest("mail", model.comparable_mail(mail))


def _opened(person: SealedPerson, key: bytes) -> Details:
    texts = {
        name: privacy.unseal(key, person.person_id, name, sealed) for name, sealed in person.sealed.items()
    }
    return Details(language="en" if person.language == "en" else "fr", **texts)


def _state(person: SealedPerson) -> dict[str, object]:
    return {"person_id": person.person_id, "language": person.language, **person.sealed}


def _no_person(person_id: UUID) -> NotFound:
    return NotFound(what="person", id=str(person_id))
