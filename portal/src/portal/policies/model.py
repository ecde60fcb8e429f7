"""Decides how a form reads as the terms of a policy, and which policy holds for which resource: pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = dict[str, Any]

TIERS: Final = 3
QUOTAS: Final = 3
NUMBERS: Final = (
    "shortest_notice_minutes",
    "longest_notice_days",
    "shortest_minutes",
    "longest_minutes",
    "grid_minutes",
    "check_in_opens_minutes",
    "grace_minutes",
    "no_show_due_percent",
)
_APPROVAL: Final = ("above_hours", "above_attendees", "deadline_hours")
_STRIKES: Final = ("no_shows", "within_days", "suspended_days")
_QUOTA: Final = ("per", "across", "counted", "window", "limit", "days")


def fields(terms: Json) -> dict[str, str]:
    """Write the terms of a version into the fields of the form."""
    found = {name: terms.get(name) for name in ("name", "booked_by", *NUMBERS)}
    found["audiences"] = ", ".join(terms.get("audiences", ()))
    approval = terms.get("approval") or {"needed": "never", "blocks": True}
    found |= {f"approval_{name}": approval.get(name) for name in ("needed", *_APPROVAL)}
    found["approval_audiences"] = ", ".join(approval.get("audiences", ()))
    found["approval_blocks"] = "yes" if approval["blocks"] else ""
    found |= {f"strikes_{name}": value for name, value in (terms.get("strikes") or {}).items()}
    for number, tier in enumerate(terms.get("cancellation", ())):
        found |= {f"tier_{name}_{number}": value for name, value in tier.items()}
    for number, quota in enumerate(terms.get("quotas", ())):
        found |= {f"quota_{name}_{number}": quota.get(name) for name in _QUOTA}
        found[f"quota_kinds_{number}"] = ", ".join(quota.get("kinds", ()))
    return {name: "" if value is None else str(value) for name, value in found.items()}


def terms(form: Mapping[str, str]) -> Json:
    """Read the fields of the form as terms; what is left empty is not limited."""
    said: Json = {"name": form.get("name", ""), "booked_by": form.get("booked_by") or "anyone"}
    said |= _given(form, "", NUMBERS)
    said["audiences"] = listed(form.get("audiences", ""))
    if form.get("approval_needed", "never") != "never":
        said["approval"] = {
            "needed": form["approval_needed"],
            "audiences": listed(form.get("approval_audiences", "")),
            "blocks": form.get("approval_blocks") == "yes",
            **_given(form, "approval_", _APPROVAL),
        }
    tiers = [_given(form, "tier_", ("hours_before", "due_percent"), f"_{n}") for n in range(TIERS)]
    said["cancellation"] = [tier for tier in tiers if tier]
    if strikes := _given(form, "strikes_", _STRIKES):
        said["strikes"] = strikes
    quotas = [_quota(form, number) for number in range(QUOTAS)]
    said["quotas"] = [quota for quota in quotas if quota]
    return said


def listed(text: str) -> list[str]:
    """Read words between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def current(versions: Sequence[Json], day: str) -> list[Json]:
    """Return, of each policy, the version that holds on a day, else the one that will."""
    by_policy: dict[str, list[Json]] = {}
    for each in versions:
        by_policy.setdefault(each["policy_id"], []).append(each)
    return [_holding(each, day) or each[-1] for each in by_policy.values()]


def holding(versions: Sequence[Json], resources: Sequence[Json], day: str) -> list[tuple[Json, list[Json]]]:
    """Say which versions hold for each resource on a day: those of the nearest scope that has any."""
    by_policy: dict[str, list[Json]] = {}
    for each in versions:
        by_policy.setdefault(each["policy_id"], []).append(each)
    in_force = [found for each in by_policy.values() if (found := _holding(each, day))]
    inside = {each["resource_id"]: each for each in resources}
    return [(each, _nearest(each, inside, in_force)) for each in resources if each["bookable"]]


def _nearest(resource: Json, inside: Mapping[str, Json], in_force: Sequence[Json]) -> list[Json]:
    at: Json | None = resource
    found: list[Json] = []
    while at is not None:
        found += [each for each in in_force if each["scope_id"] == at["resource_id"]]
        if any(not each["terms"]["audiences"] for each in found):
            return found
        at = inside.get(at.get("parent_id") or "")
    return found + [each for each in in_force if each["scope_id"] == resource["site_id"]]


def _holding(versions: Sequence[Json], day: str) -> Json | None:
    begun = [
        each
        for each in versions
        if each["in_force_from"] <= day and (not each["retired_on"] or day < each["retired_on"])
    ]
    return max(begun, key=lambda each: (each["in_force_from"], each["version"]), default=None)


def _quota(form: Mapping[str, str], number: int) -> Json:
    asked = {name: form.get(f"quota_{name}_{number}", "").strip() for name in _QUOTA}
    if not asked["limit"]:
        return {}
    if asked["window"] != "rolling":
        asked.pop("days")
    kinds = listed(form.get(f"quota_kinds_{number}", ""))
    return {**{name: value for name, value in asked.items() if value}, "kinds": kinds}


def _given(form: Mapping[str, str], before: str, names: Sequence[str], after: str = "") -> Json:
    """Return the fields that were filled in."""
    asked = {name: form.get(f"{before}{name}{after}", "").strip() for name in names}
    return {name: value for name, value in asked.items() if value}
