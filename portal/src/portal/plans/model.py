"""Decides what can be done with a membership, what of it is to be invoiced, and how a plan is written."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

Json = dict[str, Any]

KINDS: Final = ("student_card", "school_certificate", "employer_certificate", "incubation_contract")
ACTS: Final = (
    "change-plan",
    "pause",
    "take-up",
    "cancel",
    "withdraw-notice",
    "renew",
    "confirm-trial",
    "seats",
)


def acts(membership: Json, outlook: Json, today: date) -> frozenset[str]:
    """Return what a holder may do with a membership today."""
    if membership["state"] == "ended":
        return frozenset()
    found = {"change-plan"}
    resting = membership["suspended_from"] and not membership["resumed_from"]
    found.add("take-up" if resting else "pause")
    if outlook["on_trial"]:
        found.add("confirm-trial")
    elif outlook["notice_given"]:
        found.add("withdraw-notice")
    else:
        found.add("cancel")
    if (since := outlook["renewal_from"]) and date.fromisoformat(since) <= today:
        found.add("renew")
    if membership["seats"]:
        found.add("seats")
    return frozenset(found)


def command(act: str, form: Mapping[str, str]) -> Json:
    """Return the body of a command as its form gives it; what is left empty is not sent."""
    names = {
        "change-plan": ("plan_id", "audience", "when"),
        "pause": ("suspended_from",),
        "take-up": ("resumed_from",),
        "cancel": ("ended_on", "reason"),
        "seats": ("seat_id", "person_id", "given_from"),
    }
    return {name: form[name] for name in names.get(act, ()) if form.get(name)}


def waiting(charges: Sequence[Json], membership_id: str) -> int:
    """Return what is due for a membership and on no invoice yet, in cents."""
    return sum(
        each["amount"]["minor"]
        for each in charges
        if each["source"]["id"] == membership_id and each["state"] == "pending"
    )


def proofs(plans: Sequence[Json]) -> list[tuple[str, str]]:
    """Return what can be proven with what, audience and kind, as the plans on offer ask for it."""
    rules = [rule for plan in plans for rule in plan["terms"].get("proofs", ())]
    return sorted({(rule["audience"], kind) for rule in rules for kind in rule["kinds"]})


def terms(form: Mapping[str, str]) -> Json:
    """Return the terms of a plan as the form gives them. Raises ValueError for a number that is none."""
    audiences = _words(form, "audiences")
    found: Json = {
        "name": {"fr": form.get("name_fr", "").strip(), "en": form.get("name_en", "").strip()},
        "family": form.get("family", "").strip(),
        "audiences": audiences,
        "cadence": form.get("cadence", ""),
        "price_code": form.get("price_code", "").strip(),
        "valid_from": form.get("valid_from", ""),
        "entitlements": _entitlements(form),
    }
    for name in ("notice_days", "trial_days", "term_months"):
        if form.get(name, "").strip():
            found[name] = int(form[name])
    if form.get("proof_audience"):
        rule: Json = {"audience": form["proof_audience"], "kinds": _words(form, "proof_kinds")}
        if form.get("grace_days", "").strip():
            rule["grace_days"] = int(form["grace_days"])
        if form.get("otherwise"):
            rule["otherwise"] = form["otherwise"]
        found["proofs"] = [rule]
    if form.get("seats", "").strip():
        included = int(form["seats"])
        found["seats"] = {"included": included, "most": int(form.get("most_seats") or included)}
    return found


def _entitlements(form: Mapping[str, str]) -> list[Json]:
    return [
        {"resource_kinds": kinds, "paid_by": paid_by}
        for paid_by in ("plan", "money")
        if (kinds := _words(form, f"kinds_{paid_by}"))
    ]


def _words(form: Mapping[str, str], name: str) -> list[str]:
    return form.get(name, "").replace(",", " ").split()
