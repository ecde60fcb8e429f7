"""Names customers, opening what is sealed, and says who may act for whom."""

from collections.abc import Iterable
from uuid import UUID

from billing.parties import ports, store
from billing.parties.model import Customer
from billing.places.handlers import today
from chassis.db import Tx
from chassis.decisions import Principal, Target
from chassis.privacy import Sealing, unseal_many
from contracts.values import Party


async def customers(tx: Tx, parties: Iterable[Party]) -> dict[Party, Customer]:
    """Return the customers by party; left out: who is unknown here, erased, or not yet heard of."""
    wanted = set(parties)
    found = {
        customer.party: customer
        for customer in (
            await store.organisations(tx, _ids(party.organisation_id for party in wanted))
        ).values()
    }
    return found | await _persons(tx, _ids(party.person_id for party in wanted))


async def customer(tx: Tx, party: Party) -> Customer | None:
    """Return one customer, None where the territory cannot name them."""
    return (await customers(tx, [party])).get(party)


async def owner(tx: Tx, party: Party, principal: Principal) -> UUID | None:
    """Return the caller's id where the party is the caller, or an organisation the caller acts for."""
    if party.person_id:
        return party.person_id
    acted_for = await store.acted_for(tx, principal.person_id, await today(tx))
    return principal.person_id if party.organisation_id in acted_for else None


async def parties_of(tx: Tx, person_id: UUID) -> list[UUID]:
    """Return the ids of everyone the person may act for: the person, and organisations."""
    return [person_id, *await store.acted_for(tx, person_id, await today(tx))]


async def target(tx: Tx, party: Party, principal: Principal, site_id: UUID | None = None) -> Target:
    """Say whose something is, for the decision whether the caller may act on it."""
    return Target(tx.territory_id, site_id=site_id, owner_id=await owner(tx, party, principal))


async def _persons(tx: Tx, person_ids: list[UUID]) -> dict[Party, Customer]:
    kek = ports.kek()
    rows = await store.sealed_persons(tx, person_ids) if kek and person_ids else []
    if kek is None or not rows:
        return {}
    sealings: list[Sealing] = [
        (row["person_id"], field, row[field])
        for row in rows
        for field in ("given_name", "family_name", "address")
        if row[field] is not None
    ]
    texts = await unseal_many(tx, kek, sealings)
    opened = {(person_id, field): text for (person_id, field, _), text in zip(sealings, texts, strict=True)}
    named = (_person(row["person_id"], row["language"], opened) for row in rows)
    return {each.party: each for each in named if each}


def _person(person_id: UUID, language: str, opened: dict[tuple[UUID, str], str | None]) -> Customer | None:
    given, family = opened[person_id, "given_name"], opened[person_id, "family_name"]
    if given is None or family is None:
        return None
    address = opened.get((person_id, "address")) or ""
    return Customer(
        party=Party(person_id=person_id),
        name=f"{given} {family}",
        lines=tuple(address.splitlines()),
        professional=False,
        language="en" if language == "en" else "fr",
    )


def _ids(found: Iterable[UUID | None]) -> list[UUID]:
    return [each for each in found if each is not None]
