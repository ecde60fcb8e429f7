"""Hears which machines people used: a qualification that is used does not lapse."""

from zoneinfo import ZoneInfo

from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.booking import USAGES, UsageStopped
from contracts.envelope import Event
from membership.qualifications import handlers

uses = Subscriber("membership.qualifications", topics=[USAGES])


@uses.on(UsageStopped)
async def note_use(tx: Tx, event: Event[UsageStopped]) -> None:
    """Note the day of a use; what was given up as silent is heard when it is settled."""
    used = event.data
    if used.machine_class_id is not None:
        day = used.stopped_at.astimezone(ZoneInfo(used.zone)).date()
        await handlers.note_use(tx, used.person_id, used.machine_class_id, day)
