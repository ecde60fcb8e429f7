"""Notes with a change what it frees, so that who waits is asked in a transaction of its own right after."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import Tx
from chassis.ids import new_id
from chassis.timers import set_timer

FREED: Final = "freed"  # timer: something may be offered to who waits
FREED_DATES: Final = "freed-dates"  # timer: dates of series that were left out may be free
OFFER: Final = "offer"  # timer: what became of an offer is to be told
USE_ENDS: Final = "use-ends"  # timer, by machine: the use of it may have to end for who booked it next


async def freed(tx: Tx, leaf_ids: Iterable[UUID], interval: tuple[datetime, datetime | None]) -> None:
    """Have these leaves offered to who waits for them in that time, once this transaction has committed.

    Whatever releases a claim or lifts what closed a resource calls this in its own transaction: the timer
    is kept if and only if the change is, and a kill in between delays the offer without losing it.
    """
    start, end = interval
    data = {
        "leaf_ids": sorted(str(leaf_id) for leaf_id in set(leaf_ids)),
        "start": start.isoformat(),
        "end": end.isoformat() if end else None,
    }
    if data["leaf_ids"]:
        for timer in (FREED, FREED_DATES):
            await set_timer(tx, timer, new_id(), await tx.now(), data)
