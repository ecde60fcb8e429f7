"""Decides whether a booking fits into what is left of a quota, and when it would: pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import JsonValue

from booking.policies.model import Case, Quota
from chassis.errors import Refused

_DAY: Final = timedelta(days=1)
_HOUR: Final = 3600  # seconds; hours are counted in true seconds, whatever the wall clocks do


class QuotaUsedUp(Refused):
    """By {policy}, {limit} {counted} per {per} ({window}) at most: {used} are used, this takes {wanted}."""

    fr = (
        "Selon le règlement {policy}, le quota est de {limit} « {counted} » par « {per} » ({window}) : "
        "{used} sont utilisés, ceci en prend {wanted}."
    )
    cure = (
        "Choose a day from {frees} on, give something else up, or ask the staff.",
        "Choisissez un jour à partir du {frees}, annulez autre chose, ou adressez-vous au personnel.",
    )


class QuotaTooSmall(Refused):
    """By the policy {policy}, {limit} {counted} per {per} ({window}) at most: this alone takes {wanted}."""

    fr = (
        "Selon le règlement {policy}, le quota est de {limit} « {counted} » par « {per} » ({window}) : "
        "ceci en prend à soi seul {wanted}."
    )
    cure = ("Book less at once, or ask the staff.", "Réservez moins à la fois, ou voyez le personnel.")


class Span(NamedTuple):
    """Civil days from the first to the last."""

    first: date
    last: date


Used = Mapping[date, int]
"""How much was booked of each civil day: bookings, or seconds."""


def owner(quota: Quota, case: Case) -> UUID | None:
    """Return who shares the quota with this booking; None where it does not concern it."""
    if quota.kinds and case.resource.kind not in quota.kinds:
        return None
    match quota.per:
        case "person":
            return case.person_id
        case "organisation":
            return case.grant.payer.organisation_id
        case "plan":
            return case.grant.plan_id
    return UUID(int=0)  # everybody


def wanted(quota: Quota, case: Case) -> int:
    """Return what the booking takes of the quota."""
    return 1 if quota.counted == "bookings" else int(case.length.total_seconds())


def window(quota: Quota, day: date) -> Span:
    """Return the days that count together with one day; where they roll, all that may."""
    match quota.window:
        case "day":
            return Span(day, day)
        case "week":
            monday = day - (day.isoweekday() - 1) * _DAY
            return Span(monday, monday + 6 * _DAY)
        case "month":
            first = day.replace(day=1)
            return Span(first, (first + 31 * _DAY).replace(day=1) - _DAY)
    return Span(day - ((quota.days or 1) - 1) * _DAY, day + ((quota.days or 1) - 1) * _DAY)


def looked_at(quota: Quota, day: date) -> Span:
    """Return the days of which to know the use: where they roll, all that follow, to say when it frees."""
    near = window(quota, day)
    return Span(near.first, date.max if quota.days else near.last)


def fullest(quota: Quota, day: date, used: Used) -> int:
    """Return the most that is used in a window which contains the day."""
    near = window(quota, day)
    long = quota.days or (near.last - near.first).days + 1
    starts = (near.first + n * _DAY for n in range(long if quota.days else 1))
    return max(sum(used.get(first + n * _DAY, 0) for n in range(long)) for first in starts)


def check(quota: Quota, policy: str, day: date, takes: int, used: Used) -> None:
    """Raise QuotaUsedUp where this much more on that day would be too much, QuotaTooSmall if it always is."""
    unit = _HOUR if quota.counted == "hours" else 1
    most, found = quota.limit * unit, fullest(quota, day, used)
    if found + takes <= most:
        return
    said: dict[str, JsonValue] = {
        "policy": policy,
        "limit": quota.limit,
        "counted": quota.counted,
        "per": quota.per,
        "window": f"rolling {quota.days} days" if quota.days else quota.window,
        "wanted": f"{takes / unit:g}",
    }
    if takes > most:
        raise QuotaTooSmall(**said)
    raise QuotaUsedUp(**said, used=f"{found / unit:g}", frees=_frees(quota, day, takes, used).isoformat())


def _frees(quota: Quota, day: date, takes: int, used: Used) -> date:
    """Return the next day on which it would fit, as far as is booked today."""
    if not quota.days:
        return window(quota, day).last + _DAY
    most = quota.limit * (_HOUR if quota.counted == "hours" else 1)
    last = max(used) + quota.days * _DAY
    later = (day + n * _DAY for n in range(1, (last - day).days))
    return next((each for each in later if fullest(quota, each, used) + takes <= most), last)
