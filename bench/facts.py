"""Owns the event that measurements send: of the size and the fields of a booking that was confirmed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from chassis.ids import new_id
from contracts.envelope import Fact, Topic

ITEMS = 200  # aggregates of each territory

_PERSON, _SITE = new_id(), new_id()
_START = datetime(2026, 3, 12, 9, tzinfo=UTC)
_NOTE = "Salle Ravel, premier étage ; l'accès se fait par la cour, badge à l'accueil. " * 4


def topic_named(name: str) -> Topic:
    """Return a topic as busy ones are: of 12 partitions."""
    return Topic(name, key="item_id", partitions=12)


@cache
def touched_on(topic: Topic) -> type[Fact]:
    """Return the event class of that topic."""

    class ItemBooked(Fact, topic=topic):
        """An item is taken for an hour."""

        item_id: str
        site_id: UUID
        person_id: UUID
        starts_at: datetime
        ends_at: datetime
        zone: str
        amount_minor: int
        currency: str
        paid_by: str
        note: str

    return ItemBooked


def fields_of(number: int) -> dict[str, object]:
    """Return the fields of the event of that number."""
    start = _START + timedelta(hours=number % 5_000)
    return {
        "item_id": f"item-{number % ITEMS:04}",
        "site_id": _SITE,
        "person_id": _PERSON,
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "zone": "Europe/Paris",
        "amount_minor": 1_250 + number % 100,
        "currency": "EUR",
        "paid_by": "money",
        "note": _NOTE,
    }
