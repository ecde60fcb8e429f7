"""A pass is sold at the price that holds, charged once with its VAT, and taken back while it is untouched."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from bill_run_builders import plan, release
from billing_builders import Town, a_price, a_version, at, code, done
from pass_builders import (
    PACK,
    a_desk_price,
    a_fact,
    a_pack,
    a_town_with_packs,
    cancel,
    now_of,
    opened,
    sell,
)

from chassis.ids import new_id
from contracts.booking import CreditLotClosed, CreditLotExpired, CreditLotKept, CreditsRestored, CreditsSpent
from contracts.values import Party


async def test_a_pass_is_charged_once_at_the_price_of_the_day_and_says_why(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    sale_id, desk = new_id(), town.headers("hub-manager")
    for _ in range(2):
        sold = done(await sell(town, nomad, desk, sale_id=sale_id))
    assert (sold["valid_from"], sold["valid_until"]) == ("2026-03-01", "2026-09-01")
    assert (sold["units"], sold["left"], sold["unit"]) == ("10", "10", "half_day")
    (charge,) = done(await town.get(f"charges?source_id={sold['sale_id']}"))["items"]
    assert charge["amount"] == {"minor": 6000, "currency": "EUR"}
    assert charge["source"]["kind"] == "pass"
    assert charge["service_period"] == {"start": "2026-03-01", "end": "2026-03-02"}
    assert charge["why"]["sentence"]["en"].startswith("1 piece(s) × 60.00 EUR excluding VAT")
    (told,) = await town.told("PassSold")
    assert (told["sale_id"], told["units"], told["price_codes"]) == (sold["sale_id"], "10", ["desk-half-day"])


async def test_the_same_sale_told_with_other_content_is_refused(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    sold = done(await sell(town, nomad))
    again = await sell(town, nomad, sale_id=sold["sale_id"], valid_from="2026-03-09")
    assert code(again) == "id-reused"


async def test_the_audience_is_that_of_the_membership_unless_the_desk_says_another(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    assert done(await sell(town, nomad))["audience"] == "nomad"
    student = done(await sell(town, nomad, audience="student"))
    (charge,) = done(await town.get(f"charges?source_id={student['sale_id']}"))["items"]
    assert charge["amount"]["minor"] == 4500
    me = town.headers("member", nomad.person_id)
    assert code(await sell(town, nomad, me, audience="student")) == "audience-by-desk"
    assert done(await sell(town, nomad, me))["audience"] == "nomad", "and yet one buys for oneself"


async def test_who_has_no_membership_buys_at_the_desk_alone(town: Town) -> None:
    await a_town_with_packs(town)
    stranger = Party(person_id=await town.register_person("Léo", "Passant"))
    assert code(await sell(town, stranger)) == "audience-unknown"
    assert done(await sell(town, stranger, audience="nomad"))["audience"] == "nomad"


async def test_nobody_buys_on_the_account_of_another(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    somebody = town.headers("member", await town.register_person("Anna", "Autre"))
    assert code(await sell(town, nomad, somebody)) == "not-found"
    company = await town.register_organisation()
    assert nomad.person_id is not None
    paid_by = {"organisation_id": str(company)}
    me = town.headers("member", nomad.person_id)
    assert code(await sell(town, nomad, me, payer=paid_by)) == "not-found"
    await town.affiliate(nomad.person_id, company)
    assert done(await sell(town, nomad, town.headers("member", nomad.person_id), payer=paid_by))["payer"]


async def test_what_is_no_pass_and_what_begins_too_early_is_refused(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    assert code(await sell(town, nomad, price_code="desk-half-day")) == "not-a-pass"
    assert code(await sell(town, nomad, price_code="nothing")) == "not-a-pass"
    assert code(await sell(town, nomad, valid_from="2026-02-28")) == "pass-begins-early"


@pytest.mark.parametrize(
    ("price", "refusal"),
    [
        (a_desk_price(vat_rate=Decimal("10.00")), "multi-purpose"),
        (
            a_desk_price(vat_category="E", vat_rate=Decimal(0), exemption="CGI 261 D"),
            "multi-purpose",
        ),
        (a_price(), "opens-unknown"),
    ],
    ids=["another rate", "exempt", "not on sale"],
)
async def test_a_pass_is_taken_for_what_is_taxed_as_it_is(town: Town, price: Any, refusal: str) -> None:
    issuer_id = await town.register_issuer()
    body = a_version(price, a_pack())
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **body)
    assert code(refused) == refusal
    assert refused.json()["values"]["price_code"] == PACK


async def test_a_pass_is_sold_no_more_once_what_it_opens_is_taxed_otherwise(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    (book,) = done(await town.get("price-books"))["items"]
    rooms = await town.publish(book["issuer_id"], a_price("room-hour"))
    await town.publish(book["issuer_id"], a_pack("room-pack", opens=opened(price_codes=["room-hour"])))
    done(await sell(town, nomad, price_code="room-pack"))
    lowered = a_version(a_price("room-hour", vat_rate=Decimal("10.00")))
    done(await town.post(f"price-books/{rooms}/publish", **lowered))
    assert code(await sell(town, nomad, price_code="room-pack")) == "multi-purpose"


@pytest.mark.parametrize("changes", [{"unit": "hour"}, {"prorated": True}])
async def test_a_pass_is_sold_whole_and_by_the_piece(town: Town, changes: dict[str, Any]) -> None:
    body = a_version(a_desk_price(), a_pack())
    body["prices"][1] |= changes
    issuer_id = await town.register_issuer()
    refused = await town.post("price-books", price_book_id=new_id(), issuer_id=issuer_id, **body)
    assert refused.status_code == 422


async def test_offers_are_shown_to_anyone(town: Town) -> None:
    await a_town_with_packs(town)
    offers = done(await town.get("pass-offers", {}))["items"]
    assert [(each["price_code"], each["audience"], each["unit_price"]) for each in offers] == [
        (PACK, None, "60.00"),
        (PACK, "student", "45.00"),
    ]
    assert offers[0]["opens"]["units"] == 10


async def test_what_booking_tells_of_the_units_is_kept_once(town: Town) -> None:
    sold = done(await sell(town, await a_town_with_packs(town)))
    spent = a_fact(CreditsSpent, sold, spent=Decimal(3))
    event_id = await town.hear(spent)
    await town.hear(spent, event_id=event_id)
    await town.hear(a_fact(CreditsRestored, sold, restored=Decimal(1)))
    await town.hear(a_fact(CreditLotExpired, sold, expired=Decimal(8)))
    now = await now_of(town, sold["sale_id"])
    assert (now["spent"], now["expired"], now["left"]) == ("2", "8", "0")


async def test_an_untouched_pass_is_given_back_when_booking_has_closed_its_lot(town: Town) -> None:
    sold = done(await sell(town, await a_town_with_packs(town)))
    assert done(await cancel(town, sold["sale_id"]))["state"] == "cancelling"
    (charge,) = done(await town.get(f"charges?source_id={sold['sale_id']}"))["items"]
    assert charge["state"] == "pending", "nothing is given back before booking has answered"
    await town.hear(a_fact(CreditLotClosed, sold, closed=Decimal(10), left=Decimal(0)))
    now = await now_of(town, sold["sale_id"])
    assert (now["state"], now["left"]) == ("cancelled", "0")
    (charge,) = done(await town.get(f"charges?source_id={sold['sale_id']}"))["items"]
    assert (charge["state"], charge["amount"]["minor"]) == ("cancelled", 0)
    assert [each["reason"] for each in await town.told("PassCancelled")] == ["Erreur de saisie"]
    assert code(await cancel(town, sold["sale_id"])) == "pass-not-there"


async def test_a_pass_that_was_spent_meanwhile_stays_sold_and_due(town: Town) -> None:
    sold = done(await sell(town, await a_town_with_packs(town)))
    done(await cancel(town, sold["sale_id"]))
    await town.hear(a_fact(CreditsSpent, sold, spent=Decimal(1)))
    await town.hear(a_fact(CreditLotKept, sold, left=Decimal(9)))
    assert (await now_of(town, sold["sale_id"]))["state"] == "sold"
    refused = await cancel(town, sold["sale_id"])
    assert code(refused) == "pass-spent"
    assert refused.json()["values"] == {"units": "10", "spent": "1", "left": "9"}
    await town.hear(a_fact(CreditsRestored, sold, restored=Decimal(1)))
    assert done(await cancel(town, sold["sale_id"]))["state"] == "cancelling", "and yet what came back counts"


async def test_an_invoiced_pass_is_not_taken_back_here(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    sold = done(await sell(town, nomad))
    await town.set_clock(at("2026-04-01 09:00"))
    (book,) = done(await town.get("price-books"))["items"]
    done(await release(town, await plan(town, book["issuer_id"])))
    assert code(await cancel(town, sold["sale_id"])) == "pass-invoiced"


async def test_a_pass_is_seen_by_its_holder_and_the_desk_and_nobody_else(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    sold = done(await sell(town, nomad))
    mine = done(await town.get("passes/own", town.headers("member", nomad.person_id)))["items"]
    assert [each["sale_id"] for each in mine] == [sold["sale_id"]]
    there = done(await town.get(f"sites/{town.site_id}/passes", town.headers("operator-staff")))["items"]
    assert [each["sale_id"] for each in there] == [sold["sale_id"]]
    stranger = town.headers("member")
    assert code(await town.get(f"passes/{sold['sale_id']}", stranger)) == "not-found"
    assert done(await town.get("passes/own", stranger))["items"] == []


async def test_a_month_of_validity_ends_on_the_last_day_where_the_month_is_short() -> None:
    month = a_pack(opens=opened(valid_for=1)).opens
    assert month is not None
    assert month.until(dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)
    assert month.until(dt.date(2026, 12, 15)) == dt.date(2027, 1, 15)


async def test_what_becomes_of_lots_that_were_not_sold_here_is_heard_and_kept_nowhere(town: Town) -> None:
    nomad = await a_town_with_packs(town)
    sold = done(await sell(town, nomad))
    brought = sold | {"sale_id": str(new_id())}
    await town.hear(a_fact(CreditsSpent, brought, spent=Decimal(2)))
    await town.hear(a_fact(CreditLotClosed, brought, closed=Decimal(8)))
    assert await town.told("PassCancelled") == []
    assert (await now_of(town, sold["sale_id"]))["left"] == "10"
