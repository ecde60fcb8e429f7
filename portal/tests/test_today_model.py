"""What stands on the page of the day."""

from datetime import UTC, date, datetime, timedelta

from portal.today import model
from portal.today.model import Json

NOW = datetime(2026, 4, 2, 7, 0, tzinfo=UTC)  # nine o'clock in Carcassonne
DAY = model.whole_day(date(2026, 4, 2), "Europe/Paris")


def booking(start: str, end: str, state: str = "confirmed", name: str = "Salle Canal") -> Json:
    period = {"start": f"2026-04-{start}Z", "end": f"2026-04-{end}Z"}
    return {"booking_id": f"{start}{state}", "resource_name": name, "state": state, "period": period}


def test_who_comes_today_stands_in_the_order_of_the_day() -> None:
    found = [
        booking("02T12:00:00", "02T16:00:00"),
        booking("02T07:30:00", "02T09:00:00"),
        booking("02T05:00:00", "02T06:30:00", "completed"),
        booking("02T08:00:00", "02T09:00:00", "cancelled"),
        booking("02T08:00:00", "02T09:00:00", "expired"),
        booking("02T22:30:00", "02T23:30:00"),  # tomorrow, in Carcassonne
    ]
    shown = model.arrivals(found, NOW, DAY)
    assert [each.booking["period"]["start"][11:16] for each in shown.people] == ["05:00", "07:30", "12:00"]
    assert shown.came == 1


def test_the_button_is_there_from_half_an_hour_before_until_the_end() -> None:
    def can(start: str, end: str, state: str = "confirmed") -> bool:
        return model.arrivals([booking(start, end, state)], NOW, DAY).people[0].can_arrive

    assert can("02T07:30:00", "02T09:00:00")
    assert not can("02T07:31:00", "02T09:00:00")
    assert can("02T06:00:00", "02T07:01:00")
    assert not can("02T06:00:00", "02T07:00:00")
    assert not can("02T07:30:00", "02T09:00:00", "checked_in")
    assert not can("02T07:30:00", "02T09:00:00", "held")


def test_a_day_of_a_clock_change_has_the_hours_it_has() -> None:
    start, end = model.whole_day(date(2026, 3, 29), "Europe/Paris")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


def test_only_planned_bill_runs_wait_and_ones_own_are_marked() -> None:
    runs: list[Json] = [
        {"bill_run_id": "a", "state": "planned", "planned_by": "me"},
        {"bill_run_id": "b", "state": "planned", "planned_by": "another"},
        {"bill_run_id": "c", "state": "sealed", "planned_by": "another"},
    ]
    shown = [(run["bill_run_id"], run["mine"]) for run in model.releasable(runs, "me")]
    assert shown == [("a", True), ("b", False)]


def test_next_bookings_are_those_not_over_soonest_first() -> None:
    found = [
        booking("04T08:00:00", "04T09:00:00"),
        booking("03T08:00:00", "03T09:00:00", "held"),
        booking("02T06:00:00", "02T08:00:00", "checked_in"),
        booking("02T06:00:00", "02T07:00:00"),
        booking("03T08:00:00", "03T09:00:00", "cancelled"),
    ]
    assert [each["period"]["start"][6:10] for each in model.coming(found, NOW)] == ["4-02", "4-03", "4-04"]


def test_the_first_look_goes_a_day_back() -> None:
    assert model.opened("", NOW).before == NOW - timedelta(days=1)
    assert model.opened("nonsense of others", NOW).before == NOW - timedelta(days=1)


def test_looks_within_half_an_hour_are_one_visit() -> None:
    first = model.opened("", NOW)
    reloaded = model.opened(first.written(), NOW + timedelta(minutes=5))
    assert reloaded.before == first.before


def test_what_failed_since_the_last_visit_is_told_in_the_next_one() -> None:
    yesterday = model.opened("", NOW)
    today = model.opened(yesterday.written(), NOW + timedelta(days=1))
    assert today.before == NOW
    failed: list[Json] = [
        {"settled_at": (NOW - timedelta(hours=1)).isoformat()},
        {"settled_at": (NOW + timedelta(hours=1)).isoformat()},
    ]
    assert model.failed_since(failed, today.before) == failed[1:]


def test_a_clock_that_was_ahead_is_not_believed() -> None:
    ahead = model.opened("", NOW + timedelta(days=30))
    assert model.opened(ahead.written(), NOW).before == NOW - timedelta(days=1)


def test_what_is_free_stands_beside_what_there_is() -> None:
    everything: list[Json] = [{"bookable": True}, {"bookable": True}, {"bookable": False}]
    assert model.free(everything[:1], everything).total == 2
