"""What is booked beside a resource is charged as its own item, and follows every change of the booking."""

from typing import Any
from uuid import UUID

import pytest
from billing_builders import Town, a_price, done
from usage_builders import MORNING, a_booking, a_period, now_as

from chassis.ids import new_id
from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMarkedNoShow,
    BookingRescheduled,
    ResourceBookedWith,
)
from contracts.values import Party


def beside(
    name: str = "Écran", price_code: str | None = "screen", paid_by: str = "money"
) -> ResourceBookedWith:
    return ResourceBookedWith(
        resource_id=new_id(), name=name, kind="equipment", price_code=price_code, paid_by=paid_by
    )


@pytest.fixture
async def payer(town: Town) -> Party:
    """The large room at 12.00 an hour, a screen at 3.00, in force; and somebody who pays."""
    await town.publish(await town.register_issuer(), a_price(), a_price("screen", amount="3.00"))
    return Party(person_id=await town.register_person())


async def due(town: Town, booking: BookingConfirmed) -> dict[str, tuple[str, int]]:
    items: list[dict[str, Any]] = done(await town.get(f"charges?source_id={booking.booking_id}"))["items"]
    return {each["detail"]["fr"].split(",")[0]: (each["state"], each["amount"]["minor"]) for each in items}


def moved(booking: BookingConfirmed, end: str, **changes: Any) -> BookingRescheduled:
    return now_as(
        BookingRescheduled,
        booking,
        period=a_period(end=end),
        previous_resource_id=booking.resource_id,
        previous_period=booking.period,
        rescheduled_at=MORNING,
        **changes,
    )


async def test_each_thing_is_a_charge_of_its_own_paid_in_its_own_way(town: Town, payer: Party) -> None:
    booking = a_booking(town.site_id, payer, with_resources=(beside(), beside("Micro", paid_by="plan")))
    await town.hear(booking)
    await town.hear(booking)
    assert await due(town, booking) == {
        "Grande salle": ("pending", 2400),
        "Écran": ("pending", 600),
        "Micro": ("included", 0),
    }
    assert len(await town.told("ChargePriced")) == 2


async def test_what_is_beside_is_revised_when_the_booking_moves_and_dropped_when_it_stays_behind(
    town: Town, payer: Party
) -> None:
    screen, other = beside(), beside("Micro")
    booking = a_booking(town.site_id, payer, with_resources=(screen,))
    await town.hear(booking)
    await town.hear(moved(booking, "2026-03-12 12:00"))
    assert await due(town, booking) == {"Grande salle": ("pending", 3600), "Écran": ("pending", 900)}
    await town.hear(moved(booking, "2026-03-12 12:00", with_resources=(other,)))
    assert await due(town, booking) == {
        "Grande salle": ("pending", 3600),
        "Écran": ("cancelled", 0),
        "Micro": ("pending", 900),
    }
    await town.hear(moved(booking, "2026-03-12 10:00", with_resources=(screen,)))
    assert await due(town, booking) == {
        "Grande salle": ("pending", 1200),
        "Écran": ("pending", 300),
        "Micro": ("cancelled", 0),
    }


@pytest.mark.parametrize(
    ("percent", "state", "amounts"), [(50, "pending", (1200, 300)), (0, "cancelled", (0, 0))]
)
async def test_a_cancelled_booking_keeps_the_same_share_of_each_due(
    town: Town, payer: Party, percent: int, state: str, amounts: tuple[int, int]
) -> None:
    booking = a_booking(town.site_id, payer, with_resources=(beside(),))
    await town.hear(booking)
    await town.hear(
        now_as(
            BookingCancelled,
            booking,
            cancelled_at=MORNING,
            cancelled_by="member",
            due_percent=percent,
        )
    )
    assert await due(town, booking) == {"Grande salle": (state, amounts[0]), "Écran": (state, amounts[1])}


async def test_what_was_left_behind_is_not_due_again_for_a_no_show(town: Town, payer: Party) -> None:
    booking = a_booking(town.site_id, payer, with_resources=(beside(),))
    await town.hear(booking)
    alone = moved(booking, "2026-03-12 11:00", with_resources=())
    await town.hear(alone)
    await town.hear(now_as(BookingMarkedNoShow, alone, marked_at=MORNING, due_percent=100))
    assert await due(town, booking) == {"Grande salle": ("pending", 2400), "Écran": ("cancelled", 0)}


async def test_the_items_of_another_booking_are_left_alone(town: Town, payer: Party) -> None:
    screen: UUID = new_id()
    shared = ResourceBookedWith(
        resource_id=screen, name="Écran", kind="equipment", price_code="screen", paid_by="money"
    )
    first, second = [a_booking(town.site_id, payer, with_resources=(shared,)) for _ in range(2)]
    await town.hear(first)
    await town.hear(second)
    await town.hear(moved(first, "2026-03-12 11:00", with_resources=()))
    assert (await due(town, second))["Écran"] == ("pending", 600)
