"""Quotes: what it would cost, said to anyone before anything is booked."""

from decimal import Decimal
from typing import Any

import pytest
from billing_builders import Town, a_price, a_version, at, code, done


async def ask(town: Town, *lines: dict[str, Any], audience: str = "nomad") -> Any:
    return await town.post("quotes", {}, audience=audience, site_id=town.site_id, lines=list(lines))


def a_use(price_code: str = "large-room", **changes: Any) -> dict[str, Any]:
    start, end = at("2026-03-12 09:00").isoformat(), at("2026-03-12 11:00").isoformat()
    return {"price_code": price_code, "start": start, "end": end} | changes


async def test_a_booking_is_quoted_with_vat_per_rate_and_the_decision_behind_its_price(town: Town) -> None:
    await town.publish(
        await town.register_issuer(),
        a_price(),
        a_price("coffee", "3.33", unit="booking", vat_rate=Decimal("5.50")),
    )
    quote = done(await ask(town, a_use(), a_use("coffee")))
    assert [line["amount"]["minor"] for line in quote["lines"]] == [2400, 333]
    assert [(line["rate"], line["base"]["minor"], line["vat"]["minor"]) for line in quote["vat_lines"]] == [
        ("5.50", 333, 18),
        ("20.00", 2400, 480),
    ]
    assert (quote["net"]["minor"], quote["vat"]["minor"], quote["gross"]["minor"]) == (2733, 498, 3231)
    assert quote["lines"][0]["deliberation"]["number"] == "2026-014"


async def test_a_price_including_vat_is_what_is_paid(town: Town) -> None:
    await town.publish(
        await town.register_issuer(), a_price("fibre", "500.00", unit="month", price_mode="including_vat")
    )
    quote = done(await ask(town, {"price_code": "fibre", "from_on": "2026-04-01"}))
    assert [quote[part]["minor"] for part in ("net", "vat", "gross")] == [41_667, 8_333, 50_000]


async def test_a_plan_taken_within_a_month_costs_its_days(town: Town) -> None:
    await town.publish(
        await town.register_issuer(), a_price("desk-plan", "90.00", unit="month", prorated=True)
    )
    quote = done(await ask(town, {"price_code": "desk-plan", "from_on": "2026-03-21"}))
    assert quote["net"]["minor"] == 3_194  # 9000 · 11/31 = 3193.5…


async def test_each_audience_is_quoted_its_price_and_others_that_of_everyone_else(town: Town) -> None:
    await town.publish(await town.register_issuer(), a_price(), a_price(audience="student", amount="5.00"))
    assert done(await ask(town, a_use(), audience="student"))["net"]["minor"] == 1000
    assert done(await ask(town, a_use(), audience="nomad"))["net"]["minor"] == 2400


async def test_the_price_is_that_of_today_even_for_a_use_after_the_next_version(town: Town) -> None:
    book = await town.publish(await town.register_issuer(), a_price())
    done(
        await town.post(
            f"price-books/{book}/publish", **a_version(a_price(amount="99.00"), valid_from="2026-03-10")
        )
    )
    assert done(await ask(town, a_use()))["net"]["minor"] == 2400
    await town.set_clock(at("2026-03-10 09:00"))
    assert done(await ask(town, a_use()))["net"]["minor"] == 19_800


async def test_before_any_version_holds_the_price_is_that_of_the_day_of_use(town: Town) -> None:
    await town.publish(await town.register_issuer(), a_price(), valid_from="2026-03-10")
    assert done(await ask(town, a_use()))["net"]["minor"] == 2400


async def test_a_use_that_the_plan_pays_costs_nothing(town: Town) -> None:
    await town.publish(await town.register_issuer(), a_price())
    quote = done(await ask(town, a_use(paid_by="plan")))
    assert (quote["gross"]["minor"], quote["lines"][0]["rule"]) == (0, "paid-by-plan")


@pytest.mark.parametrize(
    ("published", "asked", "audience", "reason"),
    [
        ([], "large-room", "nomad", "no_price_book"),
        (["desk"], "large-room", "nomad", "no_price_for_code"),
        (["student"], "large-room", "nomad", "no_price_for_audience"),
    ],
)
async def test_what_has_no_price_is_refused_with_what_is_missing(
    town: Town, published: list[str], asked: str, audience: str, reason: str
) -> None:
    prices = {"desk": a_price("desk"), "student": a_price(audience="student")}
    if published:
        await town.publish(await town.register_issuer(), *(prices[name] for name in published))
    refused = await ask(town, a_use(asked), audience=audience)
    assert (code(refused), refused.json()["values"]["reason"]) == ("no-price", reason)


async def test_prices_with_and_without_vat_are_quoted_apart(town: Town) -> None:
    await town.publish(await town.register_issuer(), a_price(), a_price("ttc", price_mode="including_vat"))
    assert code(await ask(town, a_use(), a_use("ttc"))) == "modes-differ"


@pytest.mark.parametrize(
    "line", [{"price_code": "x"}, a_use(end=None), a_use(from_on="2026-03-01"), a_use(end=a_use()["start"])]
)
async def test_a_line_is_a_use_or_a_plan(town: Town, line: dict[str, Any]) -> None:
    assert (await ask(town, line)).status_code == 422
