"""Rules of amounts: one rounding, parts that add up, VAT once per rate."""

import ast
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import billing
from billing.amounts.model import Taxed, half_up, share, to_places, totals, written

EXAMPLES = settings(max_examples=1000, deadline=None)
PRICES = st.decimals("0", "99999", places=6)
RATES = st.sampled_from([Decimal(rate) for rate in ("0.00", "2.10", "5.50", "8.50", "10.00", "20.00")])
LINES = st.lists(
    st.builds(lambda rate, minor: Taxed("S" if rate else "E", rate, minor), RATES, st.integers(0, 10**9)),
    min_size=1,
    max_size=20,
)


@EXAMPLES
@given(st.decimals("-999999", "999999", places=6))
def test_a_half_is_rounded_away_from_zero_as_the_decimal_module_does(value: Decimal) -> None:
    assert half_up(Fraction(value)) == int(value.quantize(Decimal(1), ROUND_HALF_UP))


@EXAMPLES
@given(PRICES, st.integers(1, 366), st.data())
def test_any_cuts_of_a_period_add_up_to_its_price(price: Decimal, days: int, data: st.DataObject) -> None:
    cuts = data.draw(st.sets(st.integers(0, days), max_size=12))
    edges = sorted(cuts | {0, days})
    parts = [share(price, start, end, days) for start, end in pairwise(edges)]
    assert sum(parts) == int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))
    assert all(part >= 0 for part in parts)


@EXAMPLES
@given(LINES)
def test_without_vat_each_rate_is_taxed_once_on_its_sum(lines: list[Taxed]) -> None:
    found = totals("excluding_vat", lines)
    expected = {}
    for rate in {line.rate for line in lines}:
        base = sum(line.minor for line in lines if line.rate == rate)
        expected[rate] = (base, int((base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)))
    assert {each.rate: (each.base, each.vat) for each in found.vat_totals} == expected
    assert found.nets == tuple(line.minor for line in lines)
    assert sum(found.nets) == found.net
    assert found.gross == found.net + sum(vat for _, vat in expected.values())


@EXAMPLES
@given(LINES)
def test_with_vat_what_is_paid_is_what_was_stated_and_the_lines_share_the_base(lines: list[Taxed]) -> None:
    found = totals("including_vat", lines)
    assert found.gross == sum(line.minor for line in lines)
    assert sum(found.nets) == found.net
    for each in found.vat_totals:
        stated = sum(line.minor for line in lines if line.rate == each.rate)
        exact = Decimal(stated) * each.rate / (100 + each.rate)
        assert each.vat == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert abs(each.vat - each.base * each.rate / 100) <= 1
        nets = [net for net, line in zip(found.nets, lines, strict=True) if line.rate == each.rate]
        assert sum(nets) == each.base
        assert all(net >= 0 for net in nets)


def test_500_with_vat_is_416_67_and_83_33_while_500_without_is_600() -> None:
    with_vat = totals("including_vat", [Taxed("S", Decimal(20), 50_000)])
    assert (with_vat.net, with_vat.vat, with_vat.gross) == (41_667, 8_333, 50_000)
    without = totals("excluding_vat", [Taxed("S", Decimal(20), 50_000)])
    assert (without.net, without.vat, without.gross) == (50_000, 10_000, 60_000)


def test_rounding_each_line_would_give_another_sum() -> None:
    lines = [Taxed("S", Decimal(20), 1), Taxed("S", Decimal(20), 1), Taxed("S", Decimal(20), 1)]
    assert totals("excluding_vat", lines).vat == 1


@pytest.mark.parametrize(
    ("start", "days", "charged"), [(11, 31, 32_258), (11, 28, 30_357), (0, 30, 50_000), (30, 31, 1_613)]
)
def test_a_month_begun_late_costs_its_days(start: int, days: int, charged: int) -> None:
    assert share(Decimal("500.00"), start, days, days) == charged


def test_figures_keep_their_places() -> None:
    assert str(to_places(Fraction(1, 3), 4)) == "0.3333"
    assert [written(minor) for minor in (32_258, 5, 0, -1_250)] == ["322.58", "0.05", "0.00", "-12.50"]


def inexact(tree: ast.AST) -> list[int]:
    """Lines of a module that use binary fractions, or a rounding other than ours."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(node.lineno)
        if isinstance(node, ast.Name) and node.id in ("float", "round"):
            found.append(node.lineno)
        if isinstance(node, ast.Attribute) and (node.attr == "quantize" or node.attr.startswith("ROUND_")):
            found.append(node.lineno)
    return found


def test_no_module_of_billing_uses_floats_or_another_rounding() -> None:
    files = sorted(Path(billing.__file__).parent.rglob("*.py"))
    assert len(files) > 20
    assert {file.name: lines for file in files if (lines := inexact(ast.parse(file.read_text())))} == {}


@pytest.mark.parametrize(
    "planted", ["x = 0.2", "x = float(y)", "x = round(y)", "x = y.quantize(z)", "x = decimal.ROUND_HALF_EVEN"]
)
def test_a_planted_inexact_figure_is_found(planted: str) -> None:
    assert inexact(ast.parse(planted)) == [1]
