"""Sets a person's preferences and says what they come to."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from notifications.preferences import model, store
from notifications.preferences.model import CHANNELS, KINDS, MANDATORY, Channel, Kind, Preference


class SetPreference(BaseModel):
    """Take or refuse one kind of message on one channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    channel: Channel
    wanted: bool


class Preferences(BaseModel):
    """All that a person can choose, with what holds now."""

    model_config = ConfigDict(frozen=True)

    items: list[Preference]


async def set_preference(tx: Tx, person_id: UUID, command: SetPreference) -> Preferences:
    """Keep the choice; messages already written go out all the same. Raises MessageMandatory."""
    model.check(command.kind, command.channel, wanted=command.wanted)
    await store.keep(tx, person_id, command.kind, command.channel, wanted=command.wanted)
    return await own_preferences(tx, person_id)


async def own_preferences(tx: Tx, person_id: UUID) -> Preferences:
    """Return every kind and channel, with whether the person takes it."""
    refused = await store.refusals(tx, [person_id])
    return Preferences(
        items=[
            Preference(
                kind=kind,
                channel=channel,
                wanted=(person_id, kind, channel) not in refused,
                mandatory=(kind, channel) in MANDATORY,
            )
            for kind in KINDS
            for channel in CHANNELS
        ]
    )


async def wanted(tx: Tx, person_ids: Sequence[UUID], kind: Kind) -> set[tuple[UUID, Channel]]:
    """Return by which channels these persons take messages of a kind."""
    refused = await store.refusals(tx, person_ids)
    return {
        (person_id, channel)
        for person_id in person_ids
        for channel in CHANNELS
        if (kind, channel) in MANDATORY or (person_id, kind, channel) not in refused
    }
