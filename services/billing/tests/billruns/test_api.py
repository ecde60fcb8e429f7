"""From charges to sealed invoices: planned, seen, released by a second person, sealed without a gap."""

import datetime as dt
import hashlib
from typing import Any
from uuid import UUID

import pytest
from bill_run_builders import (
    CUT_OFF,
    PLANNER,
    a_selling_town,
    billed,
    invoices,
    people,
    plan,
    release,
    seal,
)
from billing_builders import Town, a_price, at, code, done
from usage_builders import a_booking, a_period, now_as

from billing.invoices import ports
from chassis.ids import new_id
from contracts.booking import BookingCancelled
from contracts.values import Party


async def test_charges_become_sealed_invoices_and_everything_agrees_to_the_cent(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    payers = await people(town, 3)
    for payer in payers:
        for hour in (12, 13, 14):
            await town.hear(a_booking(town.site_id, payer, period=a_period(end=f"2026-03-12 {hour}:07")))
    await town.set_clock(at("2026-04-01 09:00"))
    sealed = await billed(town, issuer_id)
    assert (sealed["state"], sealed["invoices"], sealed["charges"], sealed["to_seal"]) == ("sealed", 3, 9, 0)
    found = await invoices(town)
    assert [each["number"] for each in found] == ["2026-000001", "2026-000002", "2026-000003"]
    # 3 h 07, 4 h 07 and 5 h 07 at 12.00: 37.40 + 49.40 + 61.40, and VAT once on the sum
    assert [(each["net"]["minor"], each["vat"]["minor"]) for each in found] == [(14_820, 2_964)] * 3
    assert sealed["gross"]["minor"] == sum(each["gross"]["minor"] for each in found) == 53_352
    balances = {
        (each["account"], each["party_id"]): (each["debit"]["minor"], each["credit"]["minor"])
        for each in done(await town.get(f"issuers/{issuer_id}/balances"))["items"]
    }
    nobody = str(UUID(int=0))
    assert balances == {
        ("revenue", nobody): (0, 44_460),
        ("vat_pending", nobody): (0, 8_892),
        **{("receivable", str(payer.person_id)): (17_784, 0) for payer in payers},
    }
    (told,) = await town.told("BillRunSealed")
    assert (told["first_number"], told["last_number"], told["gross"]["minor"]) == (
        "2026-000001",
        "2026-000003",
        53_352,
    )
    assert len(await town.told("ChargeInvoiced")) == 9


async def test_the_events_of_an_invoice_say_what_the_document_says(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    await billed(town, issuer_id)
    (told,) = await town.told("InvoiceSealed")
    (shown,) = await invoices(town)
    pdf = await town.get(f"invoices/{shown['invoice_id']}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == told["document_digest"] == shown["document_digest"]
    assert (told["net"]["minor"], told["vat"]["minor"], told["gross"]["minor"]) == (2400, 480, 2880)
    assert told["items"] == [
        {
            "price_code": "large-room",
            "label": {"fr": "Grande salle", "en": "Large room"},
            "lines": 1,
            "net": {"minor": 2400, "currency": "EUR"},
        }
    ]
    assert (told["issued_on"], told["due_on"]) == ("2026-04-01", "2026-05-01")
    invoice = done(await town.get(f"invoices/{shown['invoice_id']}"))
    assert invoice["customer"]["name"] == "Nom 0 d'Orgeix"
    assert invoice["lines"][0]["why"]["deliberation"]["number"] == "2026-014"


async def test_a_plan_takes_nothing_and_is_released_by_a_second_person_who_saw_it(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    run = await plan(town, issuer_id)
    assert code(await release(town, run, PLANNER)) == "same-person-releases"
    assert code(await release(town, run, digest="0" * 64)) == "plan-changed"
    seal_path = f"bill-runs/{run['bill_run_id']}/seal"
    assert code(await town.post(seal_path)) == "run-out-of-order"
    assert done(await town.get("charges?in_state=pending"))["items"][0]["invoice_id"] is None
    assert done(await release(town, run))["state"] == "released"
    assert code(await release(town, run)) == "run-out-of-order"
    assert await invoices(town) == []


async def test_what_changed_since_the_plan_is_not_released(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.set_clock(at("2026-04-01 09:00"))
    first, second = await plan(town, issuer_id), await plan(town, issuer_id)
    cancel = now_as(
        BookingCancelled, booking, cancelled_at=at("2026-04-01 09:00"), cancelled_by="staff", due_percent=50
    )
    await town.hear(cancel)
    assert code(await release(town, first)) == "plan-changed"
    fresh = await plan(town, issuer_id)
    assert fresh["gross"]["minor"] == 1440
    done(await release(town, fresh))
    assert code(await release(town, second)) == "plan-changed"


async def test_a_charge_released_never_changes_again_and_what_contradicts_it_is_kept(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    booking = a_booking(town.site_id, payer)
    await town.hear(booking)
    await town.set_clock(at("2026-04-01 09:00"))
    run = await plan(town, issuer_id)
    done(await release(town, run))
    await town.hear(
        now_as(
            BookingCancelled,
            booking,
            cancelled_at=at("2026-04-01 09:00"),
            cancelled_by="staff",
            due_percent=0,
        )
    )
    (conflict,) = done(await town.get("charges/conflicts"))["items"]
    assert conflict["reason"] == "already_invoiced"
    await seal(town, run)
    assert (await invoices(town))[0]["gross"]["minor"] == 2880
    charge_id = conflict["charge_id"]
    assert code(await town.post(f"charges/{charge_id}/waive", reason="tard")) == "charge-is-final"


async def test_each_customer_has_one_invoice_per_price_mode_and_only_what_is_past_is_on_it(
    town: Town,
) -> None:
    issuer_id = await a_selling_town(town)
    payers = await people(town, 2)
    for payer in payers:
        await town.hear(a_booking(town.site_id, payer))
        await town.hear(a_booking(town.site_id, payer, price_code="ttc"))
        await town.hear(
            a_booking(town.site_id, payer, period=a_period("2026-04-01 09:00", "2026-04-01 10:00"))
        )
    await town.set_clock(at("2026-04-02 09:00"))
    sealed = await billed(town, issuer_id)
    assert (sealed["invoices"], sealed["charges"]) == (4, 4)
    gross = sorted(each["gross"]["minor"] for each in await invoices(town))
    assert gross == [2000, 2000, 2880, 2880]
    again = await plan(town, issuer_id, cut_off_on="2026-04-02")
    assert (again["invoices"], again["gross"]["minor"]) == (2, 2 * 1440)


async def test_a_cut_off_to_come_is_refused_and_a_run_without_charges_is_sealed_empty(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    body: dict[str, Any] = {"bill_run_id": new_id(), "issuer_id": issuer_id, "cut_off_on": CUT_OFF}
    assert code(await town.post("bill-runs", **body)) == "cut-off-to-come"
    await town.set_clock(at("2026-04-01 00:00"))
    sealed = await billed(town, issuer_id)
    assert (sealed["state"], sealed["invoices"], sealed["gross"]["minor"]) == ("sealed", 0, 0)
    (told,) = await town.told("BillRunSealed")
    assert told["first_number"] is None


async def test_what_cannot_be_invoiced_is_blocked_with_its_reason_and_comes_back_once_cured(
    town: Town,
) -> None:
    issuer_id = await a_selling_town(town)
    (payer,) = await people(town, 1)
    homeless = Party(organisation_id=await town.register_organisation("Sans adresse", address=None))
    stranger = Party(person_id=new_id())
    free = Party(person_id=await town.register_person("Gratuit"))
    await town.publish(issuer_id, a_price("gift", "0.00"))
    for who in (payer, homeless, stranger):
        await town.hear(a_booking(town.site_id, who))
    await town.hear(a_booking(town.site_id, free, price_code="gift"))
    await town.set_clock(at("2026-04-01 09:00"))
    run = await plan(town, issuer_id)
    planned = done(await town.get(f"bill-runs/{run['bill_run_id']}/invoices"))["items"]
    assert {
        each["customer"]["person_id"] or each["customer"]["organisation_id"]: each["blocked"]
        for each in planned
    } == {
        str(payer.person_id): None,
        str(homeless.organisation_id): "customer_address_missing",
        str(stranger.person_id): "customer_unknown",
        str(free.person_id): "nothing_to_pay",
    }
    done(await release(town, run))
    sealed = await seal(town, run)
    assert (sealed["invoices"], sealed["blocked"]) == (1, 3)
    assert len(done(await town.get("charges?in_state=pending"))["items"]) == 3


async def test_a_run_interrupted_half_way_goes_on_and_ends_as_if_nothing_had_happened(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuer_id = await a_selling_town(town)
    for payer in await people(town, 7):
        await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    monkeypatch.setattr("billing.billruns.handlers._PAGE", 2)
    run = await plan(town, issuer_id)
    done(await release(town, run))
    typeset, printed = ports.typeset, 0

    async def breaking(invoice: Any) -> bytes:
        nonlocal printed
        printed += 1
        if printed == 4:  # the second of the second page: its transaction is undone whole
            raise OSError("the machine went away")
        return await typeset(invoice)

    monkeypatch.setattr("billing.invoices.ports.typeset", breaking)
    half = await seal(town, run)
    assert (half["state"], half["to_seal"]) == ("sealing", 5)
    assert [each["number"] for each in await invoices(town)] == ["2026-000001", "2026-000002"]
    await town.set_clock(at("2026-04-03 09:00"))  # days later somebody says it again
    whole = await seal(town, run)
    assert (whole["state"], whole["to_seal"]) == ("sealed", 0)
    found = await invoices(town)
    assert [each["number"] for each in found] == [f"2026-{n:06d}" for n in range(1, 8)]
    assert {each["issued_on"] for each in found} == {"2026-04-01"}
    planned = done(await town.get(f"bill-runs/{run['bill_run_id']}/invoices"))["items"]
    assert [each["number"] for each in planned] == [each["number"] for each in found]
    assert await seal(town, run) == whole
    assert len(await town.told("InvoiceSealed")) == 7
    assert len(await town.told("BillRunSealed")) == 1


async def test_a_customer_erased_after_the_release_blocks_one_invoice_and_frees_its_charges(
    town: Town,
) -> None:
    issuer_id = await a_selling_town(town)
    payers = await people(town, 2)
    for payer in payers:
        await town.hear(a_booking(town.site_id, payer))
    await town.set_clock(at("2026-04-01 09:00"))
    run = await plan(town, issuer_id)
    done(await release(town, run))
    await town.forget(payers[0].person_id or UUID(int=0))
    sealed = await seal(town, run)
    assert (sealed["state"], sealed["invoices"], sealed["blocked"]) == ("sealed", 1, 1)
    assert [each["customer"]["person_id"] for each in await invoices(town)] == [str(payers[1].person_id)]
    assert len(done(await town.get("charges?in_state=pending"))["items"]) == 1


async def test_invoices_of_a_later_run_never_bear_an_earlier_date(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    early, late = await people(town, 2)
    await town.hear(a_booking(town.site_id, early))
    await town.set_clock(at("2026-04-01 09:00"))
    first = await plan(town, issuer_id)
    done(await release(town, first))
    async with town.database.tx(
        town.territory
    ) as tx:  # said today, carried out after the run of the day after
        await tx.execute(
            "UPDATE bill_runs SET state = 'sealing', issued_on = $1 WHERE bill_run_id = $2",
            dt.date(2026, 4, 1),
            UUID(first["bill_run_id"]),
        )
    await town.set_clock(at("2026-04-02 09:00"))
    await town.hear(a_booking(town.site_id, late))
    await billed(town, issuer_id)
    await seal(town, first)
    assert [(each["number"], each["issued_on"]) for each in await invoices(town)] == [
        ("2026-000001", "2026-04-02"),
        ("2026-000002", "2026-04-02"),
    ]


async def test_only_those_who_keep_accounts_bill(town: Town) -> None:
    issuer_id = await a_selling_town(town)
    body: dict[str, Any] = {"bill_run_id": new_id(), "issuer_id": issuer_id, "cut_off_on": "2026-03-01"}
    for role in ("hub-manager", "member", "partner", "operator-staff"):
        assert code(await town.post("bill-runs", town.headers(role), **body)) == "forbidden"
    assert (
        done(await town.post("bill-runs", town.headers("territory-administrator"), **body))["state"]
        == "planned"
    )
