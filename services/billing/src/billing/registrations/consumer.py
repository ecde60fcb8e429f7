"""Hears who registers for sessions, and has what is due for each seat follow."""

from typing import Final
from uuid import UUID

from billing.charges import handlers
from billing.charges.model import Usage
from billing.places.model import day_of
from billing.quotes.model import Span
from billing.wording import model as wording
from chassis.db import Tx
from chassis.subscriber import Subscriber
from contracts.booking import REGISTRATIONS, AttendeeRegistered, RegistrationCancelled
from contracts.envelope import Event

KIND: Final = "registration"

registrations = Subscriber("billing.registrations", topics=[REGISTRATIONS])


@registrations.on(AttendeeRegistered)
async def charge_seats(tx: Tx, event: Event[AttendeeRegistered]) -> None:
    """Charge each seat of a session that has a price, at the price in force on the day of registering."""
    for usage in _usages(event.id, event.data):
        await handlers.record(tx, usage)


@registrations.on(RegistrationCancelled)
async def reduce_cancelled(tx: Tx, event: Event[RegistrationCancelled]) -> None:
    """Keep due the percentage that the rules leave due; an offer or a wait was never charged."""
    told = event.data
    for before in await handlers.uses_of(tx, KIND, told.registration_id):
        changed = before.model_copy(update={"event_id": event.id, "due_percent": told.due_percent})
        await handlers.revise(tx, changed, "cancelled")


def _usages(event_id: UUID, told: AttendeeRegistered) -> list[Usage]:
    """Return one use for each seat; nothing for a session without a price."""
    if told.price_code is None:
        return []
    periods = sorted(told.periods, key=lambda each: each.start)
    first, last = periods[0], periods[-1]
    span = Span(start=first.start, end=last.end, zone=first.zone)
    moment = wording.moment(first.start, last.end, first.zone)
    return [
        Usage(
            kind=KIND,
            source_id=told.registration_id,
            item=f"seat/{number}",
            event_id=event_id,
            payer=told.payer,
            site_id=told.site_id,
            audience=told.audience,
            price_code=told.price_code,
            detail=wording.joined(told.title, moment),
            measure=span,
            priced_on=(day_of(told.registered_at, first.zone), span.first),
            billable_from=span.days.end,
        )
        for number in range(1, told.seats + 1)
    ]
