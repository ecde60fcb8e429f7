"""What is due for a booking, as booking tells of it: once, followed through every change."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from billing_builders import Town, a_price, a_version, code, done
from usage_builders import MORNING, a_booking, a_period, now_as

from contracts.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingMarkedNoShow,
    BookingRescheduled,
    FeeWaived,
)
from contracts.values import Party


@pytest.fixture
async def payer(town: Town) -> Party:
    return Party(person_id=await town.register_person())


@pytest.fixture
async def book(town: Town) -> UUID:
    """The territory's price book: the large room at 12.00 an hour, 5.00 for students."""
    return await town.publish(
        await town.register_issuer(), a_price(), a_price(audience="student", amount="5.00")
    )


async def charges(town: Town, **query: str) -> list[dict[str, Any]]:
    filters = "&".join(f"{name}={value}" for name, value in query.items())
    items: list[dict[str, Any]] = done(await town.get(f"charges?{filters}"))["items"]
    return items


async def the_charge(town: Town, booking: BookingConfirmed) -> dict[str, Any]:
    (found,) = await charges(town, source_id=str(booking.booking_id))
    return found


def cancelled(booking: BookingConfirmed, due_percent: int) -> BookingCancelled:
    return now_as(
        BookingCancelled, booking, cancelled_at=MORNING, cancelled_by="member", due_percent=due_percent
    )


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


async def test_a_firm_booking_is_priced_and_says_why(town: Town, book: UUID, payer: Party) -> None:
    booking = a_booking(town.site_id, payer, audience="student")
    event_id = await town.hear(booking)
    found = await the_charge(town, booking)
    assert (found["state"], found["amount"]["minor"], found["billable_from"]) == (
        "pending",
        1000,
        "2026-03-13",
    )
    why = found["why"]
    assert (why["rule"], why["event_id"], why["price_book_version"]) == (
        "units-times-price",
        str(event_id),
        1,
    )
    assert why["deliberation"]["number"] == "2026-014"
    assert why["sentence"]["fr"].startswith(
        "2 heure(s) × 5,00 EUR hors taxe, grille « Tarifs 2026 », version 1"
    )
    assert found["detail"]["fr"] == "Grande salle, 12/03/2026 de 09:00 à 11:00"
    (told,) = await town.told("ChargePriced")
    assert (told["charge_id"], told["amount"]["minor"]) == (found["charge_id"], 1000)


@pytest.mark.parametrize("paid_by", ["plan", "credits"])
async def test_a_use_that_plan_or_credits_pay_costs_nothing_and_says_so(
    town: Town, book: UUID, payer: Party, paid_by: str
) -> None:
    booking = a_booking(town.site_id, payer, paid_by=paid_by)
    await town.hear(booking)
    found = await the_charge(town, booking)
    assert (found["state"], found["amount"]["minor"], found["why"]["rule"]) == (
        "included",
        0,
        f"paid-by-{paid_by}",
    )
    assert await town.told("ChargePriced") == []


async def test_the_same_booking_told_again_is_one_charge(town: Town, book: UUID, payer: Party) -> None:
    booking = a_booking(town.site_id, payer)
    await asyncio.gather(*(town.hear(booking) for _ in range(4)))
    assert len(await charges(town)) == 1
    assert len(await town.told("ChargePriced")) == 1
    assert done(await town.get("charges/conflicts"))["items"] == []


async def test_the_same_booking_told_with_another_content_is_a_conflict_and_changes_nothing(
    town: Town, book: UUID, payer: Party
) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    other = booking.model_copy(update={"period": a_period(end="2026-03-12 18:00")})
    event_id = await town.hear(other)
    (conflict,) = done(await town.get("charges/conflicts"))["items"]
    assert (conflict["reason"], conflict["event_id"]) == ("other_content", str(event_id))
    assert (await the_charge(town, booking))["amount"]["minor"] == 2400


async def test_a_moved_booking_is_charged_for_what_it_is_now(town: Town, book: UUID, payer: Party) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.hear(moved(booking, "2026-03-12 12:00"))
    (told,) = await town.told("ChargeAdjusted")
    assert (told["previous_amount"]["minor"], told["amount"]["minor"], told["reason"]) == (
        2400,
        3600,
        "rescheduled",
    )
    await town.hear(moved(booking, "2026-03-12 12:00", paid_by="plan"))
    assert (await the_charge(town, booking))["state"] == "included"
    assert [each["reason"] for each in await town.told("ChargeCancelled")] == ["rescheduled"]


async def test_a_moved_booking_keeps_the_price_of_the_day_it_was_confirmed(
    town: Town, book: UUID, payer: Party
) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    dearer = a_version(a_price(amount="99.00"), valid_from="2026-03-05")
    done(await town.post(f"price-books/{book}/publish", **dearer))
    later = MORNING + dt.timedelta(days=6)
    await town.hear(moved(booking, "2026-03-12 12:00").model_copy(update={"rescheduled_at": later}))
    assert (await the_charge(town, booking))["amount"]["minor"] == 3600
    fresh = a_booking(town.site_id, payer, confirmed_at=later)
    await town.hear(fresh)
    assert (await the_charge(town, fresh))["amount"]["minor"] == 19_800


@pytest.mark.parametrize(
    ("due_percent", "state", "minor", "told"),
    [(0, "cancelled", 0, "ChargeCancelled"), (50, "pending", 1200, "ChargeAdjusted")],
)
async def test_a_cancelled_booking_stays_due_as_far_as_the_rules_say(
    town: Town, book: UUID, payer: Party, due_percent: int, state: str, minor: int, told: str
) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.hear(cancelled(booking, due_percent))
    found = await the_charge(town, booking)
    assert (found["state"], found["amount"]["minor"]) == (state, minor)
    (event,) = await town.told(told)
    assert (event["reason"], event["previous_amount"]["minor"]) == ("cancelled", 2400)


async def test_a_no_show_stays_due_whole_and_nothing_more_is_told(
    town: Town, book: UUID, payer: Party
) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.hear(now_as(BookingMarkedNoShow, booking, marked_at=MORNING, due_percent=100))
    assert (await the_charge(town, booking))["amount"]["minor"] == 2400
    assert await town.told("ChargeAdjusted") == []


async def test_a_hold_given_up_was_never_charged(town: Town, book: UUID, payer: Party) -> None:
    await town.hear(cancelled(a_booking(town.site_id, payer), 100))
    assert await charges(town) == []


async def test_what_has_no_price_waits_and_is_priced_when_one_is_published(town: Town, payer: Party) -> None:
    waiting = [a_booking(town.site_id, payer) for _ in range(3)]
    for booking in waiting:
        await town.hear(booking)
    assert {each["reason"] for each in await town.told("ChargeLeftUnpriced")} == {"no_price_book"}
    assert len(await charges(town, in_state="unpriced")) == 3
    await town.publish(await town.register_issuer(), a_price("desk"))
    await town.hear_own("PriceBookPublished")
    assert len(await charges(town, in_state="unpriced")) == 3
    await town.publish(await town.register_issuer(), a_price())
    await town.hear_own("PriceBookPublished")
    assert await charges(town, in_state="unpriced") == []
    assert [each["amount"]["minor"] for each in await town.told("ChargePriced")] == [2400] * 3


async def test_more_charges_than_one_transaction_takes_are_all_priced(
    town: Town, payer: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.charges.handlers._PAGE", 2)
    for _ in range(5):
        await town.hear(a_booking(town.site_id, payer))
    await town.publish(await town.register_issuer(), a_price())
    await town.hear_own("PriceBookPublished")
    assert len(await charges(town, in_state="pending")) == 5


async def test_a_person_may_let_a_payer_off_and_the_reason_stays(
    town: Town, book: UUID, payer: Party
) -> None:
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    charge_id = (await the_charge(town, booking))["charge_id"]
    waived = done(await town.post(f"charges/{charge_id}/waive", reason="Salle trop froide, l'hiver"))
    assert (waived["state"], waived["amount"]["minor"]) == ("waived", 0)
    assert waived["why"]["sentence"]["fr"] == "Remise gracieuse : Salle trop froide, l'hiver"
    await town.hear(cancelled(booking, 50))
    assert (await the_charge(town, booking))["state"] == "waived"
    assert code(await town.post(f"charges/{charge_id}/waive", reason="encore")) == "charge-is-final"


async def test_a_fee_that_staff_let_off_is_due_no_more_and_the_reason_stays(
    town: Town, book: UUID, payer: Party
) -> None:
    booking, unheard = a_booking(town.site_id, payer), a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.hear(cancelled(booking, 50))
    for each in (booking, unheard):
        await town.hear(now_as(FeeWaived, each, waived_at=MORNING, reason="Grève"))
    found = await the_charge(town, booking)
    assert (found["state"], found["amount"]["minor"]) == ("waived", 0)
    assert found["why"]["sentence"]["fr"] == "Remise gracieuse : Grève"
    (told,) = await town.told("ChargeCancelled")
    assert (told["reason"], told["previous_amount"]["minor"]) == ("waived", 1200)
    assert await charges(town, source_id=str(unheard.booking_id)) == []


async def test_members_see_their_own_charges_and_no_others(town: Town, book: UUID, payer: Party) -> None:
    acting, employee = await town.register_person("Inès"), await town.register_person("Noé")
    company = await town.register_organisation()
    await town.affiliate(acting, company)
    await town.affiliate(employee, company, "employee")
    own, companys = a_booking(town.site_id, payer), a_booking(town.site_id, Party(organisation_id=company))
    await town.hear(own)
    await town.hear(companys)
    seen = {}
    for person_id in (payer.person_id, acting, employee):
        headers = town.headers("member", person_id)
        listed = done(await town.get("charges/own", headers))["items"]
        statuses = [
            (await town.get(f"charges/{(await the_charge(town, each))['charge_id']}", headers)).status_code
            for each in (own, companys)
        ]
        seen[person_id] = (len(listed), statuses)
    assert seen == {payer.person_id: (1, [200, 404]), acting: (1, [404, 200]), employee: (0, [404, 404])}
    assert code(await town.get("charges", town.headers("member", payer.person_id))) == "forbidden"
