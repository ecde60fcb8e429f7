"""What the use of a machine costs, as booking tells of it: its minutes and its material, once each."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from billing_builders import Town, a_price, at, done
from hypothesis import given
from hypothesis import strategies as st

from billing.machines.model import usages
from billing.quotes.model import Count, cost
from chassis.ids import new_id
from contracts.booking import MaterialUsed, UsageStopped
from contracts.values import Party, Wording


def a_use(payer: Party, site_id: UUID | None = None, **said: Any) -> UsageStopped:
    """Forty-five minutes of a printer on 12 March and forty-two grams of filament."""
    values: dict[str, Any] = {
        "usage_id": new_id(),
        "resource_id": new_id(),
        "resource_name": "Imprimante 3D",
        "site_id": site_id or new_id(),
        "zone": "Europe/Paris",
        "person_id": payer.person_id or new_id(),
        "payer": payer,
        "audience": "nomad",
        "started_at": at("2026-03-12 09:00"),
        "stopped_at": at("2026-03-12 09:45"),
        "minutes": 45,
        "minute_price_code": "printer-minute",
        "materials": (MaterialUsed(price_code="filament", quantity=Decimal(42)),),
        "reason": "stopped",
    }
    return UsageStopped(**values | said)


def named(name: str) -> Wording:
    return Wording(fr=name, en=name)


@pytest.fixture
async def payer(town: Town) -> Party:
    return Party(person_id=await town.register_person())


@pytest.fixture
async def book(town: Town) -> UUID:
    """A minute of the printer at 0.10, 0.05 for students; a gram of filament at 0.035."""
    minute: dict[str, Any] = {
        "price_code": "printer-minute",
        "unit": "minute",
        "label": named("Minute"),
    }
    gram: dict[str, Any] = {"price_code": "filament", "unit": "gram", "label": named("Filament")}
    return await town.publish(
        await town.register_issuer(),
        a_price(amount="0.10", **minute),
        a_price(amount="0.05", audience="student", **minute),
        a_price(amount="0.035", **gram),
    )


async def charges(town: Town, told: UsageStopped) -> dict[str, dict[str, Any]]:
    items = done(await town.get(f"charges?source_id={told.usage_id}"))["items"]
    return {each["why"]["price_code"]: each for each in items}


@pytest.mark.usefixtures("book")
async def test_minutes_and_material_are_charged_and_say_why(town: Town, payer: Party) -> None:
    told = a_use(payer, town.site_id)
    event_id = await town.hear(told)
    found = await charges(town, told)
    minutes, filament = found["printer-minute"], found["filament"]
    assert (minutes["state"], minutes["amount"]["minor"]) == ("pending", 450)
    assert filament["amount"]["minor"] == 147, "42 x 0.035 = 1.47"
    assert minutes["source"] == {"kind": "usage", "id": str(told.usage_id), "event_id": str(event_id)}
    assert minutes["why"]["sentence"]["fr"].startswith("45 minute(s) × 0,10 EUR hors taxe")
    assert filament["why"]["sentence"]["fr"].startswith("42 gramme(s) × 0,035 EUR hors taxe")
    assert minutes["detail"]["fr"] == "Imprimante 3D, 12/03/2026 de 09:00 à 09:45"
    assert minutes["billable_from"] == "2026-03-13"


@pytest.mark.usefixtures("book")
async def test_each_audience_pays_its_own_price(town: Town, payer: Party) -> None:
    told = a_use(payer, town.site_id, audience="student", materials=())
    await town.hear(told)
    assert (await charges(town, told))["printer-minute"]["amount"]["minor"] == 225


@pytest.mark.usefixtures("book")
async def test_a_use_told_again_is_charged_once(town: Town, payer: Party) -> None:
    told = a_use(payer, town.site_id)
    await town.hear(told)
    await town.hear(told)
    assert len(await town.told("ChargePriced")) == 2
    assert done(await town.get("charges/conflicts"))["items"] == []


@pytest.mark.usefixtures("book")
async def test_a_use_without_price_code_or_of_no_whole_minute_costs_no_minutes(
    town: Town, payer: Party
) -> None:
    for changes in ({"minute_price_code": None}, {"minutes": 0}):
        told = a_use(payer, town.site_id, **changes)
        await town.hear(told)
        assert set(await charges(town, told)) == {"filament"}


@given(st.integers(1, 10_000), st.sampled_from(["0.10", "0.05", "1.00"]))
def test_minutes_cost_as_many_times_the_price_of_one(minutes: int, amount: str) -> None:
    told = a_use(Party(person_id=new_id()), minutes=minutes, materials=())
    (found,) = usages(new_id(), told)
    assert isinstance(found.measure, Count)
    price = a_price(amount=amount, price_code="printer-minute", unit="minute")
    assert cost(price, found.measure).minor == minutes * int(amount.replace(".", ""))


def test_minutes_of_what_is_sold_by_the_hour_are_parts_of_one() -> None:
    (found,) = usages(new_id(), a_use(Party(person_id=new_id()), materials=()))
    assert cost(a_price(amount="12.00", unit="hour"), found.measure).minor == 900, "0.75 x 12.00"
