"""Registers organisations under the identifiers of their registers, changes them and ties them together."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis import privacy
from chassis.db import PLATFORM, Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import OrganisationChanged, OrganisationLink, OrganisationRegistered
from contracts.values import Identifier, PostalAddress
from membership.organisations import model, store
from membership.organisations.model import GivenIdentifier, Language, Link, LinkKind, OrganisationShown
from membership.organisations.store import Organisation
from membership.reference.model import normalised
from membership.territories import handlers as territories
from membership.vault import Vault

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Identifiers = Annotated[tuple[GivenIdentifier, ...], Field(max_length=10)]


class RegisterOrganisation(BaseModel):
    """Register an organisation, from any country, under the identifiers that registers know it by.

    `registration_id` names the act. The organisation's id is answered: the same one for the same identifier,
    whoever registers it, so that an answer does not tell whether somebody had before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    registration_id: UUID
    name: Name
    country: Country
    language: Language = "fr"
    identifiers: Identifiers = ()
    address: PostalAddress | None = None


class ChangeOrganisation(BaseModel):
    """Change what is known of an organisation: a field left out stays, identifiers are added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None
    country: Country | None = None
    language: Language | None = None
    identifiers: Identifiers = ()
    address: PostalAddress | None = None


class LinkOrganisation(BaseModel):
    """Tie an organisation to its parent, or to another of one undertaking, for a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    link_id: UUID
    other_id: UUID
    kind: LinkKind
    valid_from: date
    valid_until: date | None = None


class EndLink(BaseModel):
    """End a tie: the day is the first one without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date


class OrganisationRef(BaseModel):
    """Which organisation was meant."""

    model_config = ConfigDict(frozen=True)

    organisation_id: UUID


class LinkShown(BaseModel):
    """A tie of an organisation, as the territory recorded it."""

    model_config = ConfigDict(frozen=True)

    link_id: UUID
    other_id: UUID
    kind: str
    valid_from: date
    valid_until: date | None


class Links(BaseModel):
    """The ties of an organisation, as the territory recorded them."""

    model_config = ConfigDict(frozen=True)

    items: tuple[LinkShown, ...]


async def register_organisation(tx: Tx, wanted: RegisterOrganisation, vault: Vault) -> OrganisationRef:
    """Register an organisation that the territory then knows, whoever else knows it already.

    Raises TerritoryNotOpen, OrganisationKnownHere and what `model.identifiers` raises.
    """
    await territories.required(tx)
    identifiers = model.identifiers(wanted.identifiers)
    async with tx.platform():
        organisation_id = await store.bearer(tx, identifiers)
    organisation_id = organisation_id or _new_id(tx, wanted, identifiers, vault)
    organisation = Organisation(
        organisation_id,
        wanted.name,
        normalised(wanted.name),
        wanted.country,
        wanted.language,
        wanted.address,
    )
    await store.insert(tx, organisation, identifiers)
    async with tx.platform():
        is_new = await store.insert_on_platform(tx, organisation)
        if await store.claim_on_platform(tx, organisation_id, identifiers) or is_new:
            fact = OrganisationRegistered if is_new else OrganisationChanged
            tx.emit(fact.model_validate(await _state(tx, organisation_id)), territory_id=PLATFORM)
    await privacy.know(tx, organisation_id)
    return OrganisationRef(organisation_id=organisation_id)


async def change_organisation(tx: Tx, organisation_id: UUID, wanted: ChangeOrganisation) -> OrganisationRef:
    """Change an organisation, here and in what the platform tells of it. Raises OrganisationKnownHere."""
    await _locked(tx, organisation_id)
    identifiers = model.identifiers(wanted.identifiers)
    await store.update(tx, tx.territory_id, await _changed(tx, tx.territory_id, organisation_id, wanted))
    await store.add_identifiers(tx, organisation_id, identifiers)
    async with tx.platform():
        await store.update(tx, PLATFORM, await _changed(tx, PLATFORM, organisation_id, wanted))
        await store.claim_on_platform(tx, organisation_id, identifiers)
        await _tell_change(tx, organisation_id)
    return OrganisationRef(organisation_id=organisation_id)


async def forget_organisation(tx: Tx, organisation_id: UUID) -> None:
    """Let the territory know an organisation no longer; what the platform tells of it, for others, stays."""
    await store.delete(tx, organisation_id)
    await privacy.unknow(tx, organisation_id)


async def link_organisation(tx: Tx, organisation_id: UUID, wanted: LinkOrganisation) -> OrganisationRef:
    """Tie two organisations that the territory knows. Raises LinkOverlaps and what `model.linked` raises."""
    await _locked(tx, organisation_id, wanted.other_id)
    link = Link(organisation_id=organisation_id, **wanted.model_dump())
    async with tx.platform():
        model.linked(link, await store.links_of(tx, tx.territory_id))
        await store.insert_link(tx, tx.territory_id, link)
        await _tell_change(tx, organisation_id)
    return OrganisationRef(organisation_id=organisation_id)


async def end_link(tx: Tx, organisation_id: UUID, link_id: UUID, wanted: EndLink) -> OrganisationRef:
    """End a tie that the territory recorded. Raises LinkEmpty, LinkEndsEarlier."""
    await _locked(tx, organisation_id)
    async with tx.platform():
        links = await store.links_of(tx, tx.territory_id, organisation_id)
        link = next((link for link in links if link.link_id == link_id), None)
        if link is None:
            raise NotFound(what="link", id=str(link_id))
        model.ended(link, wanted.ended_on)
        await store.end_link(tx, tx.territory_id, link_id, wanted.ended_on)
        await _tell_change(tx, organisation_id)
    return OrganisationRef(organisation_id=organisation_id)


async def show_organisation(tx: Tx, organisation_id: UUID) -> OrganisationShown | None:
    """Return an organisation as the territory registered it."""
    return await store.organisation(tx, tx.territory_id, organisation_id)


async def show_links(tx: Tx, organisation_id: UUID) -> Links:
    """Return the ties that the territory recorded of an organisation."""
    async with tx.platform():
        links = await store.links_of(tx, tx.territory_id, organisation_id)
    return Links(items=tuple(LinkShown.model_validate(link, from_attributes=True) for link in links))


async def list_organisations(tx: Tx, asked: Asked, search: str) -> Page[OrganisationShown]:
    """Return the territory's organisations by name; `search` is a part of one or a whole identifier."""
    return await store.organisations(tx, asked, normalised(search), "".join(search.split()).upper())


async def _locked(tx: Tx, *organisation_ids: UUID) -> None:
    found = await store.lock(tx, *organisation_ids)
    for organisation_id in organisation_ids:
        if organisation_id not in found:
            raise NotFound(what="organisation", id=str(organisation_id))


async def _changed(
    tx: Tx, territory_id: str, organisation_id: UUID, wanted: ChangeOrganisation
) -> Organisation:
    before = await store.organisation(tx, territory_id, organisation_id)
    if before is None:
        raise NotFound(what="organisation", id=str(organisation_id))
    name = wanted.name or before.name
    return Organisation(
        organisation_id,
        name,
        normalised(name),
        wanted.country or before.country,
        wanted.language or before.language,
        wanted.address or before.address,
    )


async def _tell_change(tx: Tx, organisation_id: UUID) -> None:
    tx.emit(OrganisationChanged.model_validate(await _state(tx, organisation_id)), territory_id=PLATFORM)


async def _state(tx: Tx, organisation_id: UUID) -> dict[str, object]:
    found = await store.organisation(tx, PLATFORM, organisation_id)
    if found is None:
        raise NotFound(what="organisation", id=str(organisation_id))
    links = await store.links_of(tx, None, organisation_id)
    ties = {(link.kind, link.other_id, link.valid_from, link.valid_until): None for link in links}
    return {**found.model_dump(), "links": [_tie(*tie) for tie in ties]}


def _tie(kind: str, other_id: UUID, valid_from: date, valid_until: date | None) -> OrganisationLink:
    return OrganisationLink(
        kind=kind, organisation_id=other_id, valid_from=valid_from, valid_until=valid_until
    )


def _new_id(tx: Tx, wanted: RegisterOrganisation, identifiers: Sequence[Identifier], vault: Vault) -> UUID:
    """Return an id without any trace of when it was first given."""
    if not identifiers:
        return vault.derived_id("registration", f"{tx.territory_id}/{wanted.registration_id}")
    first = identifiers[0]
    return vault.derived_id("organisation", f"{first.scheme}/{first.country}/{first.value}")
