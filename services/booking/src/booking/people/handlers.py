"""Opens the names of persons for those who may read them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from booking.people import ports, store
from chassis.db import Tx
from chassis.errors import Refused
from chassis.privacy import Sealing, keys_of, know, seal, unseal_many, unwrap


class PersonUnheard(Refused):
    """The person {person_id} is unknown here, erased, or not heard of yet."""

    fr = "La personne {person_id} est inconnue ici, effacée, ou pas encore annoncée."
    cure = (
        "Check who is meant; of somebody registered just now, try again in a moment.",
        "Vérifiez de qui il s'agit ; si elle vient d'être enregistrée, réessayez dans un instant.",
    )


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


async def sealed(tx: Tx, person_id: UUID, field: str, text: str) -> str:
    """Seal a text under a person's key, so that it is erased with them. Raises PersonUnheard."""
    await know(tx, person_id)
    kek = ports.kek()
    wrapped = (await keys_of(tx, [person_id])).get(person_id)
    if kek is None or wrapped is None:
        raise PersonUnheard(person_id=str(person_id))
    return seal(unwrap(kek, wrapped), person_id, field, text)


async def opened(tx: Tx, sealings: Sequence[Sealing]) -> list[str | None]:
    """Return sealed texts in clear, in order; None where a key is gone."""
    kek = ports.kek()
    return await unseal_many(tx, kek, sealings) if kek else [None] * len(sealings)
