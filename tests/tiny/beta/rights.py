"""Keeps a projection of the touches, a whole batch at a time."""

from collections.abc import Sequence

import tinyjournal
from tinyfacts import ALPHA_ITEMS, ItemTouched, in_this_run

from beta.poison import refuse_poisoned
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.envelope import Event

rights = Subscriber(in_this_run("beta.rights"), topics=[ALPHA_ITEMS])


@rights.together(ItemTouched)
async def project(tx: Tx, events: Sequence[Event[ItemTouched]]) -> None:
    """Count the batch's touches per item, and keep the last version seen."""
    await tinyjournal.note(tx, rights.name, events)
    columns = zip(*((event.territory_id, event.data.item_id, event.version) for event in events), strict=True)
    await tx.execute(_COUNT, *map(list, columns))
    for event in events:
        refuse_poisoned(event.data.item_id)


_COUNT = """
INSERT INTO rights AS r (territory_id, item_id, n, last_version)
SELECT k.territory_id, k.item_id, count(*), max(k.version)
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS k(territory_id, item_id, version)
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (territory_id, item_id) DO UPDATE
SET n = r.n + excluded.n, last_version = excluded.last_version
"""
