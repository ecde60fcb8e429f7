"""Decides which date of a changed series each booking to come goes to: pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any
from uuid import UUID

from booking.occurrences.model import Occurrence
from booking.recurrence.model import Series, recurrence_id, rule, wall_of
from chassis.errors import Refused


class NothingToCome(Refused):
    """The series has no date to come from {since} on: its past does not change."""

    fr = "La série n'a pas de date à venir à partir du {since} : son passé ne change pas."
    cure = ("Start a new series.", "Commencez une nouvelle série.")


def changed(series: Series, since: str, following_id: UUID, said: dict[str, Any]) -> Series:
    """Return the series that goes on from a date with what is said of it, the rest as it was.

    A count goes on counting. Dates put in or left out by hand stay so unless the rule or its time changes.
    """
    read = rule(series.rule)
    gone = sum(1 for each in _rule_dates(series, since))
    same = "rule" not in said and "first" not in said
    values: dict[str, Any] = {
        "series_id": following_id,
        "split_from": series.series_id,
        "rule": read.after(gone).whole,
        "first": since,
        "excluded": tuple(each for each in series.excluded if same and each >= since),
        "added": tuple(each for each in series.added if same and each >= since),
    }
    return replace(series, **(values | said))


def pairs(
    olds: Sequence[Occurrence], news: Sequence[str], *, later: bool
) -> Iterator[tuple[Occurrence | None, str | None]]:
    """Pair the dates there are with those there shall be, in order; what moves later moves last one first.

    A booking would otherwise meet the next one of its own series.
    """
    found = list(zip_longest(olds, news))
    return reversed(found) if later else iter(found)


def _rule_dates(series: Series, before: str) -> Iterator[str]:
    for wall in rule(series.rule).dates(wall_of(series.first), series.zone):
        if recurrence_id(wall) >= before:
            return
        yield recurrence_id(wall)
