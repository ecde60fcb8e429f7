"""Builds what tests of erasures need: the other services, who answer as they would."""

from datetime import date
from typing import Any
from uuid import UUID

from people_builders import People

from chassis.clock import utc_now
from chassis.db import PLATFORM, Database
from chassis.decisions import Grant
from chassis.ids import new_id
from contracts.billing import BillingErasureChecked, BillingTracesErased
from contracts.booking import BookingErasureChecked, BookingTracesErased
from contracts.envelope import Event, Fact
from contracts.erasure import Gone, Hold, Kept
from contracts.notifications import NotificationTracesErased
from membership.erasures.consumer import erasures


async def hear(database: Database, *facts: Fact) -> None:
    """Let membership hear what other services answer."""
    for fact in facts:
        event = Event(
            id=new_id(),
            type=fact.type,
            topic=fact.topic.name,
            territory_id=PLATFORM,
            aggregate_id=fact.aggregate_id,
            version=1,
            recorded_at=utc_now(),
            correlation_id=new_id(),
            causation_id=None,
            actor_id=None,
            data_class=fact.data_class,
            site_id=None,
            traceparent=None,
            data=fact,
        )
        async with database.tx(PLATFORM) as tx:
            await erasures.handler(fact.type)(tx, event)


async def checked(database: Database, erasure_id: UUID, *holds: Hold) -> None:
    """Let booking and billing say that nothing holds the erasure up, or what billing finds."""
    said: dict[str, Any] = {"erasure_id": erasure_id, "answered_at": utc_now()}
    await hear(database, BookingErasureChecked(**said, holds=()), BillingErasureChecked(**said, holds=holds))


async def receipts(database: Database, erasure_id: UUID) -> None:
    """Let the three others say what they have taken away."""
    said: dict[str, Any] = {"erasure_id": erasure_id, "answered_at": utc_now()}
    kept = Kept(place="invoices", rows=2, ground="accounting-law", until=date(2037, 1, 1))
    await hear(
        database,
        BookingTracesErased(**said, gone=(Gone(place="visits", rows=1),), kept=()),
        BillingTracesErased(**said, gone=(Gone(place="persons", rows=1),), kept=(kept,)),
        NotificationTracesErased(**said, gone=(Gone(place="messages", rows=4),), kept=()),
    )


async def ask(people: People, person_id: UUID, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Ask that somebody be erased: by themself, if nobody else is named."""
    body = {"erasure_id": str(new_id()), "person_id": str(person_id)}
    answer = await people.post("erasures", headers or people.myself(person_id), **body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def an_operator(people: People, person_id: UUID | None = None) -> dict[str, str]:
    """Headers of an operator of the platform."""
    return people.api.token(Grant(PLATFORM, "platform-operator"), person_id=person_id)
