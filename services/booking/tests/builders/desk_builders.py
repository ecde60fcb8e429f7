"""Builds what tests of the desk need: persons whose names open."""

import base64
from pathlib import Path
from uuid import UUID

from booking_builders import Hub, tell

from chassis import privacy
from contracts.membership import PersonRegistered, SubjectKeyIssued
from contracts.values import PLATFORM


async def introduce(
    hub: Hub, secrets_dir: Path, person_id: UUID, given: str, family: str, mail: str = ""
) -> None:
    """Let the service hear a person's sealed name and wrapped key."""
    key, kek = privacy.new_key(), privacy.load_or_create_kek(secrets_dir)
    sealed = {
        "given_name": privacy.seal(key, person_id, "given_name", given),
        "family_name": privacy.seal(key, person_id, "family_name", family),
    }
    if mail:
        sealed["mail"] = privacy.seal(key, person_id, "mail", mail)
    wrapped = base64.b64encode(privacy.wrap(kek, key)).decode()
    await tell(
        hub.database,
        PLATFORM,
        PersonRegistered(person_id=person_id, language="fr", **sealed),
        SubjectKeyIssued(person_id=person_id, wrapped_key=wrapped, wrapped_by="kek"),
    )
