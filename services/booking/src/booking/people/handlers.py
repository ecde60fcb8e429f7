"""Opens the names of persons for those who may read them."""

from collections.abc import Iterable
from uuid import UUID

from booking.people import ports, store
from chassis.db import Tx
from chassis.privacy import unseal_many


async def names(tx: Tx, person_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return `given family` by person; left out: who is unknown here, erased, or not yet heard of."""
    kek = ports.kek()
    sealed = await store.sealed_names(tx, person_ids) if kek else []
    if kek is None or not sealed:
        return {}
    parts = [(person, "given_name", given) for person, given, _ in sealed]
    parts += [(person, "family_name", family) for person, _, family in sealed]
    texts = await unseal_many(tx, kek, parts)
    given, family = texts[: len(sealed)], texts[len(sealed) :]
    return {
        person: f"{first} {last}"
        for (person, _, _), first, last in zip(sealed, given, family, strict=True)
        if first is not None and last is not None
    }
