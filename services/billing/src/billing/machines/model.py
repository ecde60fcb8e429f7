"""Decides what is charged of one use of a machine: pure."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from billing.charges.model import Usage
from billing.places.model import day_of
from billing.quotes.model import Count
from billing.wording import model as wording
from contracts.booking import UsageStopped
from contracts.values import Wording


def usages(event_id: UUID, told: UsageStopped) -> Iterator[Usage]:
    """Yield its minutes, then each material; nothing of what has no price code or was not used."""
    if told.minute_price_code and told.minutes:
        yield _usage(event_id, told, "minutes", told.minute_price_code, Decimal(told.minutes))
    for each in told.materials:
        if each.quantity:
            yield _usage(event_id, told, f"material/{each.price_code}", each.price_code, each.quantity)


def _usage(event_id: UUID, told: UsageStopped, item: str, price_code: str, quantity: Decimal) -> Usage:
    day = day_of(told.started_at, told.zone)
    count = Count(quantity=quantity, of="minute" if item == "minutes" else "material", day=day)
    named = Wording(fr=told.resource_name, en=told.resource_name)
    return Usage(
        kind="usage",
        source_id=told.usage_id,
        item=item,
        event_id=event_id,
        payer=told.payer,
        site_id=told.site_id,
        audience=told.audience,
        price_code=price_code,
        detail=wording.joined(named, wording.moment(told.started_at, told.stopped_at, told.zone)),
        measure=count,
        priced_on=(day,),
        billable_from=count.days.end,
    )
