"""Opens names and addresses for a letter, a list of staff or the person's own inbox."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.db import Tx
from chassis.privacy import unseal_many
from contracts.marks import SEALED, personal_fields
from contracts.registry import fact_class
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


async def readable(tx: Tx, event_type: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's data with its sealed fields in clear, for one letter; None where a key is gone."""
    fact, kek = fact_class(event_type), ports.kek()
    fields = personal_fields(fact) if fact else {}
    sealed = [
        (UUID(content[subject]), field, content[field])
        for field, subject in fields.items()
        if str(content.get(field, "")).startswith(SEALED)
    ]
    texts = await unseal_many(tx, kek, sealed) if kek and sealed else []
    opened = {field: text for (_, field, _), text in zip(sealed, texts, strict=False)}
    return {**content, **dict.fromkeys(fields), **opened}
