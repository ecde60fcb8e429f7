"""Invoices to the cent, as their customers see them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from bill_run_builders import plan, release, seal
from billing_builders import Town, at, code, done
from fibre_builders import a_served_town, an_active_line

from chassis.ids import new_id


def an_oracle(price: str, activated: dt.date) -> tuple[str, str, str]:
    """Net, VAT and gross of the first month: its days left, of a price without VAT, at 20 %."""
    following = (activated.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    days, left = (following - activated.replace(day=1)).days, (following - activated).days
    cent = Decimal("0.01")
    net = (Decimal(price) * left / days).quantize(cent, ROUND_HALF_UP)
    vat = (net * 20 / 100).quantize(cent, ROUND_HALF_UP)
    return str(net), str(vat), str(net + vat)


async def bill(town: Town, issuer_id: str, cut_off_on: str) -> None:
    run = await plan(town, UUID(issuer_id), cut_off_on=cut_off_on)
    done(await release(town, run))
    await seal(town, run)


async def billed_months(town: Town, price: str, activated: str, cut_offs: list[str]) -> list[tuple[str, ...]]:
    """Net, VAT and gross of each month's invoice of a line."""
    await a_served_town(town, price)
    await an_active_line(town, f"{activated} 10:00")
    (book,) = await town.told("PriceBookPublished")
    for cut_off in cut_offs:
        await town.set_clock(at(f"{cut_off} 09:00"))
        await bill(town, book["issuer"]["issuer_id"], cut_off)
    told = await town.told("InvoiceSealed")
    return [
        tuple(f"{Decimal(each[part]['minor']) / 100:.2f}" for part in ("net", "vat", "gross"))
        for each in told
    ]


async def test_wildix_pays_387_10_for_its_days_of_march_and_600_for_april(town: Town) -> None:
    found = await billed_months(town, "500.00", "2026-03-12", ["2026-04-01", "2026-05-01"])
    assert found == [("322.58", "64.52", "387.10"), ("500.00", "100.00", "600.00")]
    assert found[0] == an_oracle("500.00", dt.date(2026, 3, 12))


async def test_activated_in_february_it_is_364_28(town: Town) -> None:
    await town.set_clock(at("2026-02-02 09:00"))
    found = await billed_months(town, "500.00", "2026-02-12", ["2026-03-01"])
    assert found == [("303.57", "60.71", "364.28")] == [an_oracle("500.00", dt.date(2026, 2, 12))]


@pytest.mark.parametrize(
    ("price", "activated"), [("480.00", "2026-03-12"), ("500.00", "2026-03-13"), ("333.33", "2026-03-31")]
)
async def test_another_price_or_day_gives_what_the_oracle_says(
    town: Town, price: str, activated: str
) -> None:
    found = await billed_months(town, price, activated, ["2026-04-01"])
    assert found == [an_oracle(price, dt.date.fromisoformat(activated))]


async def test_a_company_reads_its_invoices_through_those_who_act_for_it_only(town: Town) -> None:
    await a_served_town(town)
    company, acting, employee = await town.register_organisation(), new_id(), new_id()
    await town.affiliate(acting, company)
    await town.affiliate(employee, company, "employee")
    await an_active_line(town, customer=company)
    (book,) = await town.told("PriceBookPublished")
    await town.set_clock(at("2026-04-01 09:00"))
    await bill(town, book["issuer"]["issuer_id"], "2026-04-01")
    (shown,) = done(await town.get("invoices/own", town.headers("member", acting)))["items"]
    assert (shown["customer_name"], shown["gross"]["minor"]) == ("Wildix France", 38_710)
    path = f"invoices/{shown['invoice_id']}"
    invoice = done(await town.get(path, town.headers("member", acting)))
    assert invoice["lines"][0]["why"]["sentence"]["fr"].startswith("20 jour(s) sur 31 × 500,00 EUR")
    pdf = await town.get(f"{path}/pdf", town.headers("member", acting))
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert "2026-000001.pdf" in pdf.headers["content-disposition"]
    assert done(await town.get("invoices/own", town.headers("member", employee)))["items"] == []
    for address in (path, f"{path}/pdf", f"invoices/{new_id()}", f"invoices/{new_id()}/pdf"):
        assert code(await town.get(address, town.headers("member", employee))) == "not-found"
    assert code(await town.get("invoices", town.headers("member", acting))) == "forbidden"
    assert len(done(await town.get("invoices"))["items"]) == 1
