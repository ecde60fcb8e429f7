"""Affiliates persons to organisations, ends affiliations, and shows who belongs where."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.errors import NotFound
from chassis.pages import Asked, Page
from contracts.membership import AffiliationEnded, PersonAffiliated
from membership.affiliations import model, store
from membership.affiliations.model import Affiliation, Role
from membership.organisations import store as organisations
from membership.persons import handlers as persons_handlers
from membership.persons import store as persons
from membership.vault import Vault


class AffiliatePerson(BaseModel):
    """Affiliate a person to an organisation in a role; without an end it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    affiliation_id: UUID
    person_id: UUID
    organisation_id: UUID
    role: Role
    valid_from: date
    valid_until: date | None = None


class EndAffiliation(BaseModel):
    """End an affiliation: the day is the first one without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date


class AffiliationRef(BaseModel):
    """Which affiliation was meant."""

    model_config = ConfigDict(frozen=True)

    affiliation_id: UUID


class AffiliationShown(BaseModel):
    """A person's place in an organisation, with the person's name unless it is erased."""

    model_config = ConfigDict(frozen=True)

    affiliation_id: UUID
    person_id: UUID
    given_name: str | None
    family_name: str | None
    organisation_id: UUID
    role: str
    valid_from: date
    valid_until: date | None


async def affiliate_person(tx: Tx, wanted: AffiliatePerson) -> AffiliationRef:
    """Affiliate a person whom the territory knows to an organisation that it knows.

    Raises AffiliationEmpty, AffiliationOverlaps, AdministratorMissing.
    """
    new = Affiliation(**wanted.model_dump())
    await _lock_organisation(tx, new.organisation_id)
    if not await persons.is_known(tx, new.person_id):
        raise NotFound(what="person", id=str(new.person_id))
    await store.insert(tx, model.affiliated(new, await store.all_of(tx, new.organisation_id)))
    tx.emit(PersonAffiliated.model_validate(wanted.model_dump()))
    return AffiliationRef(affiliation_id=new.affiliation_id)


async def end_affiliation(tx: Tx, affiliation_id: UUID, wanted: EndAffiliation) -> AffiliationRef:
    """End an affiliation. Raises AffiliationEndsEarlier, AffiliationEmpty, AdministratorMissing."""
    found = await store.affiliation(tx, affiliation_id)
    if found is None:
        raise NotFound(what="affiliation", id=str(affiliation_id))
    await _lock_organisation(tx, found.organisation_id)
    all_of = {one.affiliation_id: one for one in await store.all_of(tx, found.organisation_id)}
    affiliation = all_of.pop(affiliation_id)
    ended = model.ended(affiliation, wanted.ended_on, list(all_of.values()))
    await store.end(tx, ended)
    tx.emit(
        AffiliationEnded(
            affiliation_id=affiliation_id,
            person_id=ended.person_id,
            organisation_id=ended.organisation_id,
            ended_on=wanted.ended_on,
        )
    )
    return AffiliationRef(affiliation_id=affiliation_id)


async def list_affiliations(
    tx: Tx, asked: Asked, organisation_id: UUID, vault: Vault
) -> Page[AffiliationShown]:
    """Return who belongs to an organisation, with names."""
    page = await store.affiliations(tx, asked, organisation_id)
    known = await persons.known(tx, {one.person_id for one in page.items})
    shown = await persons_handlers.unsealed(tx, known, vault)
    names = {person.person_id: (person.given_name, person.family_name) for person in shown}
    return Page([_shown(one, *names.get(one.person_id, (None, None))) for one in page.items], page.last)


async def _lock_organisation(tx: Tx, organisation_id: UUID) -> None:
    """Let one change of an organisation's people wait for the other."""
    if not await organisations.lock(tx, organisation_id):
        raise NotFound(what="organisation", id=str(organisation_id))


def _shown(one: Affiliation, given_name: str | None, family_name: str | None) -> AffiliationShown:
    return AffiliationShown(
        affiliation_id=one.affiliation_id,
        person_id=one.person_id,
        given_name=given_name,
        family_name=family_name,
        organisation_id=one.organisation_id,
        role=one.role,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
    )
