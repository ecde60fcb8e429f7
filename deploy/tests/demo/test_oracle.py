"""The oracle computes on its own: amounts that were worked out by hand, and nothing imported but tables."""

from __future__ import annotations

import ast
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.demo import oracle, tables
from maillage.demo.months import Month, at
from maillage.demo.oracle import Bill, Due, Fee, Use
from maillage.demo.tables import EXCLUDING, FIBRE, INCLUDING

FORBIDDEN = {"booking", "membership", "billing", "notifications", "portal", "chassis", "contracts"}
DAY = date(2026, 3, 5)


def fibre(month: str, since: int, monthly: str | None = None) -> Bill:
    asked = Month.named(month)
    due = oracle.fee(Fee("fibre", "wildix", FIBRE, asked.first, asked.days, since, monthly=monthly))
    return oracle.bill(due.mode, due.cents)


def a_use(name: str, price_code: str, opens: str, closes: str, **changes: object) -> Use:
    kind = "room" if "room" in price_code else price_code
    values = {"payer": "p", "audience": "nomad", "start": at(DAY, opens), "end": at(DAY, closes)} | changes
    return Use(name=name, kind=kind, price_code=price_code, **values)  # type: ignore[arg-type]  # a builder


@pytest.mark.parametrize(
    ("month", "since", "monthly", "net", "vat", "gross"),
    [
        ("2026-03", 11, None, 32258, 6452, 38710),
        ("2026-04", 0, None, 50000, 10000, 60000),
        ("2026-02", 11, None, 30357, 6071, 36428),
        ("2026-03", 10, None, 33871, 6774, 40645),
        ("2026-03", 11, "480.00", 30968, 6194, 37162),
    ],
    ids=["12 March", "April", "12 February", "a day earlier", "another price"],
)
def test_a_fibre_line_costs_its_days(
    month: str, since: int, monthly: str | None, net: int, vat: int, gross: int
) -> None:
    found = fibre(month, since, monthly)
    assert (found.net, found.vat, found.gross) == (net, vat, gross)


def test_half_days_meet_at_one_o_clock() -> None:
    def halves(opens: str, closes: str) -> Fraction:
        return oracle.units("half_day", at(DAY, opens), at(DAY, closes))

    assert [halves("09:00", "12:30"), halves("09:00", "13:00"), halves("13:00", "18:00")] == [1, 1, 1]
    assert [halves("09:00", "18:00"), halves("12:30", "13:30")] == [2, 2]


def test_hours_are_true_hours_where_the_clock_is_put_forward() -> None:
    night = datetime.combine(date(2026, 3, 29), datetime.min.time(), at(DAY, "09:00").tzinfo)
    asked = oracle.units("hour", night.replace(hour=1), night.replace(hour=4))
    assert asked == 3, "wall time within one zone, as the tables of the demo use it by day only"


def test_what_stays_due_is_rounded_once_more() -> None:
    late = a_use("late", "desk", "09:00", "12:30", audience="project_holder", due_percent=50)
    assert [due.cents for due in oracle.uses([late])] == [178], "half of 3.55 is 1.775"


def test_a_plan_includes_the_first_ones_of_a_month_and_no_more() -> None:
    days = [a_use(f"d{n}", "office", "09:00", "18:00", audience="company") for n in range(3)]
    found = oracle.uses(days)
    assert [(due.included, due.cents) for due in found] == [(True, 0), (True, 0), (False, 3500)]
    other = a_use("april", "office", "09:00", "18:00", audience="company")
    in_april = Use(
        **{name: getattr(other, name) for name in ("name", "payer", "audience", "kind", "price_code")},
        start=at(date(2026, 4, 2), "09:00"),
        end=at(date(2026, 4, 2), "18:00"),
    )
    assert oracle.uses([*days, in_april])[-1].included, "the next month begins anew"


def test_who_walks_in_has_no_plan() -> None:
    walk_in = a_use("w", "desk", "09:00", "12:30", audience="teleworker", by_plan=False)
    member = a_use("m", "desk", "09:00", "12:30", audience="teleworker")
    assert [due.cents for due in oracle.uses([walk_in, member])] == [800, 0]


def test_vat_is_computed_once_on_the_sum_of_each_payer_and_mode() -> None:
    dues = [Due(str(n), "p", INCLUDING, 3) for n in range(3)] + [Due("x", "p", EXCLUDING, 33)]
    assert oracle.bills(dues) == {("p", INCLUDING): Bill(7, 2), ("p", EXCLUDING): Bill(33, 7)}


@given(st.integers(1, 31).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), st.integers(1, 10**6))
def test_parts_of_a_month_add_up_to_the_month(days: tuple[int, int], cents: int) -> None:
    whole, cut = days
    monthly = oracle.euros(cents)

    def part(since: int, until: int) -> int:
        return oracle.fee(Fee("f", "p", FIBRE, DAY, whole, since, until, monthly)).cents

    assert part(0, cut) + part(cut, whole) == cents


@given(st.fractions(min_value=0, max_value=10**9))
def test_rounding_takes_the_nearest_and_halves_up(value: Fraction) -> None:
    found = oracle.rounded(value)
    assert -Fraction(1, 2) < found - value <= Fraction(1, 2)


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_the_oracle_and_its_tables_import_nothing_of_the_platform() -> None:
    found = imported(Path(oracle.__file__)) | imported(Path(tables.__file__))
    assert not {name.partition(".")[0] for name in found} & FORBIDDEN
    assert {name for name in found if name.startswith("maillage")} == {"maillage.demo.tables"}
