"""A month at the « 302 », lived by API: the platform's tables are those of a book kept by hand."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta

import httpx
import pytest
from journey import Json, Platform, until
from month_agenda import agenda
from month_lived import Month
from month_opening import opened
from month_oracle import Dues, HandKept, attendance, bills, dues, fees
from month_tables import at

from chassis.ids import new_id

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(1800)]

Record = Callable[[str, object], None]
MARCH = [date(2026, 3, 1) + timedelta(days=n) for n in range(31)]
OVER = at(date(2026, 4, 2), "08:10")


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    """The month on a platform of its own, until the morning of 2 April."""
    acts = agenda()
    with Platform.running() as platform, httpx.Client(timeout=60) as client:
        lived = Month(opened(platform, client), HandKept(acts[0].at))
        lived.lives(acts)
        lived.reaches(OVER)
        yield lived


def test_all_that_can_happen_in_a_month_did(month: Month, record_property: Record) -> None:
    record_property("acts", dict(month.answered))
    happened = {
        "accepted",
        "book: closed",
        "book: done",
        "book: slot-taken",
        "called off",
        "cancel: done",
        "check in: done",
        "check in: not-possible-now",
        "check out: done",
        "check out: not-possible-now",
        "moved",
        "no_show",
        "series: done",
        "wait: done",
    }
    assert happened <= month.answered.keys()
    shares = {use.due_percent for use in month.book.uses.values()}
    assert shares == {0, 25, 50, 80, 90, 100}, "given up at every step, missed, and used"


def test_planning_and_lists_of_every_day_are_those_of_the_book(month: Month, record_property: Record) -> None:
    for day in MARCH:
        month.compares(day)
    record_property("compared", dict(month.compared))
    assert all(month.compared[each] for each in ("planned", "expected", "present", "at a door"))


def test_who_came_is_who_the_book_says_came(month: Month) -> None:
    names = {booking_id: name for name, booking_id in month.bookings.items()}
    span = "since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z&limit=200"
    path = f"/bookings?site_id={month.hub.site_id}&{span}"
    listed = month.hub.get("desk", "booking", path)["items"]
    states = {names[each["booking_id"]]: each["state"] for each in listed}
    came = {name: state == "completed" for name, state in states.items() if state != "cancelled"}
    assert came == attendance(month.book)
    assert set(came.values()) == {True, False}


def test_what_is_due_is_what_the_book_comes_to(month: Month, record_property: Record) -> None:
    expected = dues(month.book) | {f"plan of {payer}": due for payer, due in fees().items()}
    with suppress(AssertionError):
        until(lambda: charged(month) == expected, 60)
    assert charged(month) == expected
    record_property("due", [len(expected), sum(cents for _, cents in expected.values())])


def test_the_invoices_to_be_have_the_sums_and_the_vat_of_the_book(
    month: Month, record_property: Record
) -> None:
    until(lambda: len(charged(month)) == len(dues(month.book)) + len(fees()), 60)
    run = {"bill_run_id": str(new_id()), "issuer_id": month.hub.issuer_id, "cut_off_on": "2026-04-02"}
    month.hub.post("finance", "billing", "/bill-runs", run)
    planned = month.hub.get("finance", "billing", f"/bill-runs/{run['bill_run_id']}/invoices")["items"]
    found = {
        (
            payer(month, each["customer"]),
            each["price_mode"] == "including_vat",
            each["net_minor"],
            each["vat_minor"],
        )
        for each in planned
    }
    assert found == bills(month.book)
    record_property("invoices", sorted(found))
    assert not any(each["blocked"] for each in planned)


def charged(month: Month) -> Dues:
    """Return what is charged for each booking, and for each plan in March."""
    month.hub.renew()
    names = {booking_id: name for name, booking_id in month.bookings.items()}
    names |= {each: f"plan of {payer}" for each, payer in month.hub.memberships.items()}
    listed: list[Json] = month.hub.get("finance", "billing", "/charges?limit=200")["items"]
    march = [each for each in listed if each["service_period"]["start"] < "2026-04-01"]
    return {names[each["source"]["id"]]: (each["state"], each["amount"]["minor"]) for each in march}


def payer(month: Month, party: Json) -> str:
    return month.hub.payers[party.get("organisation_id") or party["person_id"]]
