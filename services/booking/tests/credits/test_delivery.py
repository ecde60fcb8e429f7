"""Passes told twice, late, or in the wrong order: each opens its units once, and ends as it was told."""

from decimal import Decimal
from typing import Any

import asyncpg
from booking_builders import NOW, Hub
from credit_builders import a_pass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from topic_records import hear, record

from booking.credits.consumer import credits_heard
from chassis.db import Database
from chassis.ids import new_id
from contracts.billing import PassCancellationAsked, PassSold

Told = tuple[int, bool]
"""Which pass, and whether it is asked back."""

_EVERY: list[Told] = [(pass_no, asked_back) for pass_no in range(3) for asked_back in (False, True)]
deliveries = st.lists(st.sampled_from(_EVERY), max_size=12).flatmap(
    lambda extra: st.permutations([*_EVERY, *extra])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries, st.sets(st.integers(0, 2)))
async def test_in_whatever_order_and_however_often_passes_are_told_units_are_conserved(
    hub: Hub,
    worker_database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    told: list[Told],
    asked_back: set[int],
) -> None:
    sold = [a_pass(hub, new_id(), str(units)) for units in (1, 5, 10)]
    records = [
        _record(hub, sold[pass_no], asked_back=back)
        for pass_no, back in told
        if not back or pass_no in asked_back
    ]
    await hear(hub, worker_database, admin, credits_heard, records)
    async with hub.database.tx(hub.territory) as tx:
        rows = await tx.fetch(
            "SELECT lot_id, kind, units FROM credit_entries WHERE lot_id = ANY($1) ORDER BY seq",
            [each.sale_id for each in sold],
        )
    for pass_no, each in enumerate(sold):
        opened = [("opened", each.units)]
        ended = [("closed", -each.units)] if pass_no in asked_back else []
        assert [
            (row["kind"], row["units"]) for row in rows if row["lot_id"] == each.sale_id
        ] == opened + ended
    left = sum((row["units"] for row in rows), Decimal(0))
    assert left == sum(each.units for pass_no, each in enumerate(sold) if pass_no not in asked_back)


def _record(hub: Hub, sold: PassSold, *, asked_back: bool) -> Any:
    if not asked_back:
        return record(sold, 1, hub.territory)
    values = {name: getattr(sold, name) for name in PassSold.model_fields if name != "sold_at"}
    return record(PassCancellationAsked(**values, asked_at=NOW), 2, hub.territory)
