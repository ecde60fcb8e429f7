"""A fibre line's life up to its first months: each step in its order, each figure to the cent."""

import asyncio
from typing import Any

import pytest
from billing_builders import Town, a_price, a_site, at, code, done
from fibre_builders import PROOF, a_served_town, an_active_line, months, qualify, serve, step

from chassis.ids import new_id


async def test_a_line_activated_on_12_march_costs_20_days_then_whole_months(town: Town) -> None:
    await a_served_town(town)
    line_id = await an_active_line(town)
    assert await months(town, line_id) == [("2026-03-12", 32_258)]
    await town.set_clock(at("2026-04-01 00:00"))
    assert await months(town, line_id) == [("2026-03-12", 32_258), ("2026-04-01", 50_000)]
    told = await town.told("ChargePriced")
    assert [(each["billable_from"], each["source"]["kind"]) for each in told] == [
        ("2026-04-01", "fibre_line"),
        ("2026-05-01", "fibre_line"),
    ]
    found = done(await town.get(f"charges/{told[0]['charge_id']}"))
    assert found["why"]["sentence"]["fr"].startswith("20 jour(s) sur 31 × 500,00 EUR hors taxe")
    assert found["detail"]["fr"].startswith(
        "Le 302, Bureau 12, 302 Rue Lamarck, 11000 Carcassonne, du 12/03/2026"
    )


@pytest.mark.parametrize(
    ("price", "activated", "minor"),
    [
        ("500.00", "2026-03-11 10:00", 33_871),
        ("500.00", "2026-03-31 23:30", 1_613),
        ("480.00", "2026-03-12 10:00", 30_968),
        ("499.999999", "2026-03-01 09:00", 50_000),
    ],
)
async def test_another_price_or_day_is_another_amount(
    town: Town, price: str, activated: str, minor: int
) -> None:
    await a_served_town(town, price)
    assert [found for _, found in await months(town, await an_active_line(town, activated))] == [minor]


async def test_a_line_activated_in_february_costs_the_days_of_a_shorter_month(town: Town) -> None:
    await town.set_clock(at("2026-02-02 09:00"))
    await a_served_town(town)
    assert await months(town, await an_active_line(town, "2026-02-12 10:00")) == [("2026-02-12", 30_357)]


async def test_the_price_stays_as_it_was_ordered(town: Town) -> None:
    await a_served_town(town)
    line_id = await an_active_line(town)
    (book,) = {each["price_book_id"] for each in await town.told("PriceBookPublished")}
    version: dict[str, Any] = {
        "name": "Tarifs 2026 bis",
        "valid_from": "2026-03-15",
        "deliberation": {"number": "2026-020", "adopted_on": "2026-03-10", "body": "Conseil communautaire"},
        "prices": [a_price("fibre-1g", "900.00", unit="month").model_dump(mode="json")],
    }
    done(await town.post(f"price-books/{book}/publish", **version))
    await town.set_clock(at("2026-04-02 10:00"))
    assert [minor for _, minor in await months(town, line_id)] == [32_258, 50_000]


async def test_the_months_of_a_renamed_site_bear_its_new_name(town: Town) -> None:
    await a_served_town(town)
    line_id = await an_active_line(town)
    await town.hear(a_site(town.site_id, "L'Arnouze"))
    await town.set_clock(at("2026-04-02 10:00"))
    items = done(await town.get(f"charges?source_id={line_id}"))["items"]
    assert sorted(each["detail"]["fr"].split(",")[0] for each in items) == ["L'Arnouze", "Le 302"]


async def test_a_foreign_company_has_a_line_like_any_other(town: Town) -> None:
    await a_served_town(town, price_mode="including_vat")
    foreign = await town.register_organisation(
        "Wildix S.p.A.", country="IT", identifiers=(), address=None, language="en"
    )
    line_id = await an_active_line(town, customer=foreign)
    assert await months(town, line_id) == [("2026-03-12", 32_258)]
    (ordered,) = await town.told("FibreLineOrdered")
    assert (ordered["price_mode"], ordered["monthly_price"]) == ("including_vat", "500.00")


async def test_each_step_comes_in_its_order(town: Town) -> None:
    await a_served_town(town)
    company = await town.register_organisation()
    line_id = done(await qualify(town, company))["line_id"]
    hour = {"start": at("2026-03-12 13:00").isoformat(), "end": at("2026-03-12 14:00").isoformat()}
    assert code(await step(town, line_id, "activate", proof=PROOF)) == "step-out-of-order"
    assert code(await step(town, line_id, "appointment", **hour)) == "step-out-of-order"
    done(await step(town, line_id, "order", price_code="fibre-1g"))
    assert code(await step(town, line_id, "order", price_code="fibre-1g")) == "step-out-of-order"
    assert code(await step(town, line_id, "activate", proof=PROOF)) == "step-out-of-order"
    past = {"start": at("2026-02-12 13:00").isoformat(), "end": at("2026-02-12 14:00").isoformat()}
    assert code(await step(town, line_id, "appointment", **past)) == "visit-in-the-past"
    done(await step(town, line_id, "appointment", **hour))
    done(await step(town, line_id, "activate", proof=PROOF))
    assert code(await step(town, line_id, "activate", proof=PROOF)) == "step-out-of-order"
    assert done(await town.get(f"fibre-lines/{line_id}"))["state"] == "active"


async def test_an_activation_is_proven_and_lies_between_order_and_now(town: Town) -> None:
    await a_served_town(town)
    line_id = done(await qualify(town, await town.register_organisation()))["line_id"]
    done(await step(town, line_id, "order", price_code="fibre-1g"))
    hour = {"start": at("2026-03-12 13:00").isoformat(), "end": at("2026-03-12 14:00").isoformat()}
    done(await step(town, line_id, "appointment", **hour))
    await town.set_clock(at("2026-03-12 14:00"))
    assert code(await step(town, line_id, "activate", proof=PROOF | {"up_mbps": 799})) == "proof-too-slow"
    for asked in ("2026-02-28 10:00", "2026-03-13 10:00"):
        refused = await step(town, line_id, "activate", proof=PROOF, activated_at=at(asked).isoformat())
        assert code(refused) == "activation-out-of-time"
    done(await step(town, line_id, "activate", proof=PROOF, activated_at=at("2026-03-11 23:30").isoformat()))
    assert await months(town, line_id) == [("2026-03-11", 33_871)]


async def test_a_site_outside_every_zone_or_not_yet_served_is_not_eligible(town: Town) -> None:
    company = await town.register_organisation()
    line = done(await qualify(town, company))
    assert (line["state"], line["obstacle"]) == ("not_eligible", "site_not_served")
    done(await serve(town, served_from="2026-03-05"))
    assert done(await qualify(town, company))["obstacle"] == "site_not_served"
    await town.set_clock(at("2026-03-05 00:00"))
    assert done(await qualify(town, company))["state"] == "qualified"
    assert code(await serve(town, name="Autre")) == "site-in-two-zones"
    assert [each["reason"] for each in await town.told("FibreLineNotEligible")] == ["site_not_served"] * 2


async def test_the_last_port_goes_to_one_of_those_who_order_at_once(town: Town) -> None:
    await a_served_town(town, ports=1)
    lines = [done(await qualify(town, await town.register_organisation()))["line_id"] for _ in range(4)]
    answers = await asyncio.gather(
        *(step(town, line_id, "order", price_code="fibre-1g") for line_id in lines)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {code(answer) for answer in answers if not answer.is_success} == {"no-free-port"}
    assert done(await qualify(town, await town.register_organisation()))["obstacle"] == "no_free_port"


async def test_a_qualification_expires_and_an_order_needs_a_monthly_price(town: Town) -> None:
    await a_served_town(town)
    line_id = done(await qualify(town, await town.register_organisation()))["line_id"]
    await town.publish(await town.register_issuer(), a_price())
    assert code(await step(town, line_id, "order", price_code="large-room")) == "not-monthly"
    assert code(await step(town, line_id, "order", price_code="nothing")) == "no-price"
    await town.set_clock(at("2026-05-30 00:00"))
    assert code(await step(town, line_id, "order", price_code="fibre-1g")) == "qualification-expired"


async def test_a_company_orders_through_those_who_act_for_it_only(town: Town) -> None:
    await a_served_town(town)
    company, acting, employee = await town.register_organisation(), new_id(), new_id()
    await town.affiliate(acting, company)
    await town.affiliate(employee, company, "employee")
    assert code(await qualify(town, company, town.headers("member", employee))) == "not-found"
    line_id = done(await qualify(town, company, town.headers("member", acting)))["line_id"]
    ordered = await town.post(
        f"fibre-lines/{line_id}/order", town.headers("member", acting), price_code="fibre-1g"
    )
    assert done(ordered)["state"] == "ordered"
    activate = await town.post(f"fibre-lines/{line_id}/activate", town.headers("member", acting), proof=PROOF)
    assert code(activate) == "forbidden"
    assert len(done(await town.get("fibre-lines/own", town.headers("member", acting)))["items"]) == 1
    assert done(await town.get("fibre-lines/own", town.headers("member", employee)))["items"] == []
