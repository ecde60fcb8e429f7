"""Sorts bookings into what is to come and what was, and says what can be done with each: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

LIVE: Final = ("held", "requested", "confirmed", "checked_in")
_SOON: Final = timedelta(hours=1)  # before it begins: when arriving is offered
_PATH: Final = ("held", "confirmed", "checked_in", "completed")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shelves:
    """A person's bookings, the next one first; then the past ones, the last one first."""

    coming: list[Json]
    past: list[Json]


def shelves(bookings: Sequence[Json], now: datetime) -> Shelves:
    """Sort bookings by what is still to come of them."""
    coming = [each for each in bookings if _ahead(each, now)]
    past = [each for each in bookings if not _ahead(each, now)]
    return Shelves(
        coming=sorted(coming, key=_start),
        past=sorted(past, key=_start, reverse=True),
    )


def acts(booking: Json, now: datetime) -> frozenset[str]:
    """Return what can be done: confirm, arrive, leave, undo, move, cancel; the service has the last word."""
    if booking["state"] == "held":
        return frozenset({"confirm", "cancel"})
    if booking["state"] == "requested":
        return frozenset({"cancel"})
    if booking["state"] == "checked_in":
        return frozenset({"leave", "undo"})
    if booking["state"] != "confirmed":
        return frozenset()
    arrive = {"arrive"} if _start(booking) - _SOON <= now else set()
    return frozenset({"cancel", *arrive, *({"move"} if now < _start(booking) else ())})


def waivable(booking: Json) -> bool:
    """Say whether something stays due that can be let off."""
    ended = booking["state"] in ("cancelled", "no_show")
    return ended and bool(booking.get("due_percent")) and not booking.get("fee_waived")


def path(state: str) -> list[tuple[str, str]]:
    """Return the steps of a booking with each one's place: gone, here, or to come.

    What ended otherwise (cancelled, expired, no_show) stands where the path was left.
    """
    if state == "rejected":
        return [("requested", "gone"), (state, "ended")]
    steps = (state, *_PATH[1:]) if state == "requested" else _PATH
    if state in steps:
        at = steps.index(state)
        return [(step, "gone" if i < at else "here" if i == at else "ahead") for i, step in enumerate(steps)]
    before = 1 if state == "expired" else 2
    return [*((step, "gone") for step in _PATH[:before]), (state, "ended")]


def cost_of(booking_id: str, charges: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the charge for a booking, if there is one."""
    return next((each for each in charges if each["source"]["id"] == booking_id), None)


def _ahead(booking: Json, now: datetime) -> bool:
    return booking["state"] in LIVE and datetime.fromisoformat(booking["period"]["end"]) > now


def _start(booking: Json) -> datetime:
    return datetime.fromisoformat(booking["period"]["start"])
