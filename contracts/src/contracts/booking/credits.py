"""Owns the facts about credits: what is left of a pass or a balance, and what was spent on which booking."""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.money import Quantity
from contracts.values import BookingId, Day, Instant, Party, Wording

CREDITS = Topic("booking.credits.v1", key="lot_id")

LotId = Annotated[
    UUID,
    about(
        "A lot: the sale of the pass, or the balance, it is.",
        "0195a1b0-5c00-7000-8000-000000000061",
    ),
]


class CreditLotState(Fact):
    """What a reader needs of a lot whatever happens to it."""

    lot_id: LotId
    holder: Annotated[Party, about("Who uses it: a person, or whoever belongs to an organisation.")]
    name: Annotated[Wording, about("What the pass is called.")]
    unit: Annotated[str, Known("hour", "half_day", "day"), about("What one unit is.", "half_day")]
    units: Annotated[Quantity, about("How many units it held when it was opened.", "10")]
    left: Annotated[Quantity, about("How many units are left.", "7")]
    valid_until: Annotated[
        Day, about("First day on which it no longer holds; 9999-12-31: none.", "2026-09-12")
    ]


class CreditLotOpened(CreditLotState, topic=CREDITS):
    """The units of a pass can be spent."""

    opened_at: Annotated[Instant, about("When it was opened, business time of the territory.")]


class CreditsSpent(CreditLotState, topic=CREDITS):
    """A booking took units of a lot."""

    booking_id: BookingId
    spent: Annotated[Quantity, about("How many units it took.", "2")]
    nearly_spent: Annotated[bool, about("Whether by this no more than a fifth of the lot is left.", True)]
    spent_at: Annotated[Instant, about("When it took them, business time of the territory.")]


class CreditsRestored(CreditLotState, topic=CREDITS):
    """A booking gave units back to the lot that it took them from."""

    booking_id: BookingId
    restored: Annotated[Quantity, about("How many units it gave back.", "2")]
    restored_at: Annotated[Instant, about("When it gave them back, business time of the territory.")]


class CreditLotExpiring(CreditLotState, topic=CREDITS):
    """A lot with units left will expire soon."""

    noticed_at: Annotated[Instant, about("When it was noticed, business time of the territory.")]


class CreditLotExpired(CreditLotState, topic=CREDITS):
    """What was left of a lot on its last day can no longer be spent."""

    expired: Annotated[Quantity, about("How many units were left.", "3")]
    expired_at: Annotated[Instant, about("When it expired, business time of the territory.")]


class CreditLotClosed(CreditLotState, topic=CREDITS):
    """A lot was closed: nothing of its pass was spent, or its balance was taken back."""

    closed: Annotated[Quantity, about("How many units it held still.", "10")]
    closed_at: Annotated[Instant, about("When it was closed, business time of the territory.")]


class CreditLotKept(CreditLotState, topic=CREDITS):
    """A lot was to be closed and was not: some of it is spent, or it has expired."""

    kept_at: Annotated[Instant, about("When it was decided, business time of the territory.")]
