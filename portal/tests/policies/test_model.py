"""The form of a policy reads back what it writes, and the nearest policy is the one that is shown to hold."""

from typing import Any

from portal.policies import model

TERMS: dict[str, Any] = {
    "name": "Salles",
    "audiences": ["association", "student"],
    "booked_by": "members",
    "shortest_notice_minutes": 60,
    "longest_notice_days": 30,
    "shortest_minutes": 30,
    "longest_minutes": 240,
    "grid_minutes": 15,
    "approval": {
        "needed": "above",
        "audiences": [],
        "above_hours": 4,
        "above_attendees": None,
        "deadline_hours": 48,
        "blocks": False,
    },
    "cancellation": [{"hours_before": 24, "due_percent": 50}, {"hours_before": 2, "due_percent": 100}],
    "check_in_opens_minutes": 30,
    "grace_minutes": 20,
    "no_show_due_percent": 100,
    "strikes": {"no_shows": 3, "within_days": 30, "suspended_days": 14},
    "quotas": [
        {
            "per": "person",
            "across": "scope",
            "kinds": ["room"],
            "counted": "hours",
            "limit": 10,
            "window": "rolling",
            "days": 7,
        },
        {
            "per": "plan",
            "across": "territory",
            "kinds": [],
            "counted": "bookings",
            "limit": 3,
            "window": "week",
            "days": None,
        },
    ],
}


def bare(value: Any) -> Any:
    """The same without what is empty, every number as text: how a form sends it."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [bare(each) for each in value]
    return value if isinstance(value, bool) else str(value)


def test_what_the_form_shows_of_a_version_is_what_it_sends_for_the_next() -> None:
    assert bare(model.terms(model.fields(TERMS))) == bare(TERMS)


def test_an_empty_form_limits_nothing() -> None:
    said = model.terms({"name": "Libre", "approval_needed": "never"})
    assert said == {
        "name": "Libre",
        "booked_by": "anyone",
        "audiences": [],
        "cancellation": [],
        "quotas": [],
    }


def version(policy: str, scope: str, number: int = 1, **said: Any) -> dict[str, Any]:
    values = {"in_force_from": "2026-04-01", "retired_on": None}
    terms = {"name": policy, "audiences": said.pop("audiences", [])}
    return {"policy_id": policy, "scope_id": scope, "version": number, "terms": terms, **values, **said}


def a_resource(name: str, parent: str | None = None, *, bookable: bool = True) -> dict[str, Any]:
    return {"resource_id": name, "site_id": "site", "parent_id": parent, "bookable": bookable}


def test_the_nearest_policy_holds_and_a_special_one_beside_it() -> None:
    resources = [a_resource("floor", bookable=False), a_resource("room", "floor"), a_resource("hall")]
    versions = [
        version("all", "site"),
        version("upstairs", "floor"),
        version("clubs", "room", audiences=["association"]),
        version("gone", "room", retired_on="2026-03-01"),
        version("later", "hall", in_force_from="2027-01-01"),
    ]
    held = [
        (each["resource_id"], [one["policy_id"] for one in found])
        for each, found in model.holding(versions, resources, "2026-04-02")
    ]
    assert held == [("room", ["clubs", "upstairs"]), ("hall", ["all"])]


def test_of_each_policy_the_version_of_today_is_listed_else_the_one_to_come() -> None:
    versions = [
        version("all", "site"),
        version("all", "site", 2, in_force_from="2026-05-01"),
        version("new", "hall", in_force_from="2027-01-01"),
    ]
    listed = [(each["policy_id"], each["version"]) for each in model.current(versions, "2026-04-02")]
    assert listed == [("all", 1), ("new", 1)]
