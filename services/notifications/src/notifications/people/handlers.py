"""Opens names and addresses for a letter, a list of staff or the person's own inbox."""

from collections.abc import Iterable
from uuid import UUID

from chassis.db import Tx
from chassis.privacy import unseal_many
from notifications.people import ports, store
from notifications.people.model import Address

_FIELDS = ("given_name", "family_name", "mail")


async def addresses(tx: Tx, person_ids: Iterable[UUID]) -> dict[UUID, Address]:
    """Return names and addresses by person; left out: who is unknown here, erased, or not yet heard of."""
    kek = ports.kek()
    rows = await store.sealed(tx, person_ids) if kek else []
    if kek is None or not rows:
        return {}
    sealings = [
        (row["person_id"], field, row[field]) for row in rows for field in _FIELDS if row[field] is not None
    ]
    texts = await unseal_many(tx, kek, sealings)
    opened = {
        (person_id, field): text for (person_id, field, _), text in zip(sealings, texts, strict=True) if text
    }
    return {
        row["person_id"]: Address(
            opened[row["person_id"], "given_name"],
            opened.get((row["person_id"], "family_name"), ""),
            opened.get((row["person_id"], "mail")),
            row["language"],
        )
        for row in rows
        if (row["person_id"], "given_name") in opened
    }
