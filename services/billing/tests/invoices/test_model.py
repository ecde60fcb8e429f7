"""What an invoice says agrees with an oracle that knows nothing of the service."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from invoice_builders import Use, an_invoice

from billing.invoices.model import Invoice, linked

RATES = st.sampled_from(["20.00", "10.00", "5.50", "2.10", "8.50"])
USES = st.lists(
    st.tuples(st.integers(1, 30_000), st.integers(1, 600), RATES, st.integers(0, 27)), min_size=1, max_size=25
)


def cents(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def stated(use: Use) -> int:
    return cents(Decimal(use[0]) * use[1] / 60)


@settings(max_examples=1000, deadline=None)
@given(USES)
def test_without_vat_lines_add_up_and_vat_is_computed_once_per_rate(uses: list[Use]) -> None:
    invoice = an_invoice(uses, "excluding_vat")
    bases = {rate: sum(stated(use) for use in uses if use[2] == rate) for rate in {use[2] for use in uses}}
    vat = {rate: cents(base * Decimal(rate) / 100) for rate, base in bases.items()}
    assert {str(each.rate): (each.base.minor, each.vat.minor) for each in invoice.vat_lines} == {
        rate: (base, vat[rate]) for rate, base in bases.items()
    }
    assert sum(line.net.minor for line in invoice.lines) == invoice.net.minor == sum(bases.values())
    assert invoice.gross.minor == invoice.net.minor + invoice.vat.minor
    assert invoice.vat.minor == sum(vat.values())
    assert sum(item.net.minor for item in invoice.items) == invoice.net.minor
    assert sum(item.lines for item in invoice.items) == len(uses)


@settings(max_examples=1000, deadline=None)
@given(USES)
def test_with_vat_what_is_asked_is_what_was_stated(uses: list[Use]) -> None:
    invoice = an_invoice(uses, "including_vat")
    assert invoice.gross.minor == sum(stated(use) for use in uses)
    assert sum(line.net.minor for line in invoice.lines) == invoice.net.minor
    for each in invoice.vat_lines:
        gross = sum(stated(use) for use in uses if Decimal(use[2]) == each.rate)
        assert each.vat.minor == cents(Decimal(gross) * each.rate / (100 + each.rate))
        assert each.base.minor == gross - each.vat.minor


@settings(max_examples=100, deadline=None)
@given(USES)
def test_an_invoice_is_read_back_as_it_was_written_and_its_hash_tells_any_change(uses: list[Use]) -> None:
    text = an_invoice(uses, "excluding_vat").text
    assert Invoice.model_validate_json(text).text == text
    seal = linked("0" * 64, text, "d")
    place = len(text) // 2
    changed = f"{text[:place]}{chr(ord(text[place]) + 1)}{text[place + 1 :]}"
    assert seal not in (
        linked("0" * 64, changed, "d"),
        linked("0" * 64, text, "e"),
        linked("1" * 64, text, "d"),
    )


def test_the_services_of_an_invoice_run_from_the_first_day_to_the_last() -> None:
    invoice = an_invoice([(1000, 60, "20.00", 11), (1000, 60, "20.00", 3)], "excluding_vat")
    assert (invoice.service_period.start, invoice.service_period.end) == (
        dt.date(2026, 3, 4),
        dt.date(2026, 3, 13),
    )
    assert [line.service_period.start.day for line in invoice.lines] == [4, 12]
    assert invoice.due_on == dt.date(2026, 5, 1)
