"""What is due for seats in a session: one charge for each, by audience, reduced when they are given up."""

from typing import Any

import pytest
from billing_builders import Town, a_price, done
from usage_builders import MORNING, a_period

from chassis.ids import new_id
from contracts.booking import AttendeeRegistered, RegistrationCancelled, RegistrationState
from contracts.values import Party, Wording


@pytest.fixture
async def payer(town: Town) -> Party:
    return Party(person_id=await town.register_person())


@pytest.fixture(autouse=True)
async def book(town: Town) -> None:
    """A workshop at 30.00 a seat, 10.00 for students."""
    by_piece = {"price_code": "laser-workshop", "unit": "piece"}
    prices = [a_price(amount="30.00", **by_piece), a_price(audience="student", amount="10.00", **by_piece)]
    await town.publish(await town.register_issuer(), *prices)


def registered(town: Town, payer: Party, **changes: Any) -> AttendeeRegistered:
    """Two half-days of a workshop for a person and a guest, registered on 1 March."""
    values: dict[str, Any] = {
        "registration_id": new_id(),
        "session_id": new_id(),
        "site_id": town.site_id,
        "site_name": "Le 302",
        "title": Wording(fr="Découpe laser", en="Laser cutting"),
        "place": "Atelier",
        "periods": (a_period(), a_period("2026-03-13 09:00", "2026-03-13 11:00")),
        "person_id": payer.person_id,
        "payer": payer,
        "audience": "nomad",
        "price_code": "laser-workshop",
        "seats": 2,
        "registered_at": MORNING,
    }
    return AttendeeRegistered(**values | changes)


def cancelled(told: AttendeeRegistered, due_percent: int) -> RegistrationCancelled:
    values: dict[str, Any] = {name: getattr(told, name) for name in RegistrationState.model_fields}
    values |= {"was": "registered", "cancelled_by": "member", "cause": "own_wish", "cancelled_at": MORNING}
    return RegistrationCancelled(**values, due_percent=due_percent)


async def amounts(town: Town, told: AttendeeRegistered) -> list[int]:
    found = done(await town.get(f"charges?source_id={told.registration_id}"))["items"]
    return [each["amount"]["minor"] for each in found]


async def test_each_seat_is_charged_by_the_audience(town: Town, payer: Party) -> None:
    nomad = registered(town, payer)
    student = registered(town, payer, audience="student", seats=1)
    for told in (nomad, student, nomad):
        await town.hear(told)
    assert await amounts(town, nomad) == [3000, 3000]
    assert await amounts(town, student) == [1000]


async def test_what_is_given_up_late_keeps_a_part_due(town: Town, payer: Party) -> None:
    told = registered(town, payer)
    for fact in (told, cancelled(told, 50)):
        await town.hear(fact)
    assert await amounts(town, told) == [1500, 1500]


async def test_a_session_that_is_not_held_and_one_without_a_price_cost_nothing(
    town: Town, payer: Party
) -> None:
    told, free = registered(town, payer), registered(town, payer, price_code=None)
    for fact in (told, cancelled(told, 0), free, cancelled(free, 0)):
        await town.hear(fact)
    assert await amounts(town, told) == [0, 0]
    assert await amounts(town, free) == []
