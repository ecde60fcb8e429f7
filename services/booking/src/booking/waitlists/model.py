"""Decides what an entry of a waitlist is, what may become of it, and how long an offer lasts: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from booking.availability.model import nearest
from booking.openings.model import Interval, instant
from booking.sites.model import Site
from chassis.errors import Refused
from contracts.values import Party

LEAST: Final = timedelta(minutes=5)  # what somebody has to answer an offer, at least
LIVE: Final = ("waiting", "offered")
RULE: Final = "first-come: joined_at, then entry_id; one offer each"
_MOST_DAYS: Final = 31


class FreeNow(Refused):
    """It is free: {resource} from {start} to {end}, so there is nothing to wait for."""

    fr = "C'est libre : {resource} de {start} à {end}, il n'y a donc rien à attendre."
    cure = ("Book {resource} for that time.", "Réservez {resource} à cette heure.")


class AlreadyWaiting(Refused):
    """This person waits for a {kind} between {start} and {end} already: entry {entry_id}."""

    fr = "Cette personne attend déjà « {kind} » entre {start} et {end} : inscription {entry_id}."
    cure = (
        "Leave that entry first, or ask for a time that does not meet it.",
        "Quittez d'abord cette inscription, ou demandez un temps qui ne la rencontre pas.",
    )


class TooLateToWait(Refused):
    """It begins at {start}: offers need {minutes} minutes before that, and it is {now}."""

    status = 422
    fr = "Cela commence à {start} : une proposition demande {minutes} minutes avant, et il est {now}."
    cure = ("Choose a later time, or ask at the desk.", "Choisissez plus tard, ou voyez l'accueil.")


class NothingToWaitFor(Refused):
    """No {kind} of {site} that fits is open for {minutes} minutes between {start} and {end}."""

    status = 422
    fr = "Aucun « {kind} » de {site} qui convienne n'ouvre {minutes} minutes entre {start} et {end}."
    cure = (
        "Choose another time, another length or fewer people.",
        "Choisissez un autre temps, une autre durée ou moins de personnes.",
    )


class WindowTooNarrow(Refused):
    """From {opens} to {closes}, from {first_day} to {last_day}, no day has {minutes} minutes."""

    status = 422
    fr = "De {opens} à {closes}, du {first_day} au {last_day}, aucun jour n'offre {minutes} minutes."
    cure = (
        "Give days in order, {most} at most, and times further apart.",
        "Donnez des jours dans l'ordre, {most} au plus, et des heures plus éloignées.",
    )


class NotWaiting(Refused):
    """An entry that is {state} cannot be {act}."""

    fr = "Une inscription à l'état « {state} » n'admet pas l'acte « {act} »."
    cure = ("Put yourself on the list again.", "Inscrivez-vous de nouveau sur la liste.")


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that is kept for an entry: the booking that holds it, and until when."""

    booking_id: UUID
    expires_at: datetime
    resource_id: UUID
    resource_name: str
    time: Interval
    booking_state: str

    @property
    def outcome(self) -> str:
        """What became of the offer, as its booking tells."""
        return {"held": "offered", "cancelled": "declined", "expired": "expired"}.get(
            self.booking_state, "accepted"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's wish: some minutes inside one of the windows, in one resource or any of a kind.

    State: waiting, then offered once at most and accepted, declined or expired with the offer; or left,
    or ended when the wanted time came. `passed_over` is the code of what stood against the last offer.
    """

    entry_id: UUID
    state: str
    site: Site
    kind: str
    resource_id: UUID | None
    resource_name: str | None
    windows: tuple[Interval, ...]
    minutes: int
    person_id: UUID
    attendees: int | None
    membership_id: UUID | None
    audience: str | None
    payer: Party | None
    by_desk: bool
    joined_at: datetime
    passed_over: str | None = None
    offer: Offer | None = None
    ahead: int = 0

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def span(self) -> Interval:
        return Interval(self.windows[0].start, self.windows[-1].end)

    @property
    def latest(self) -> datetime:
        """When what is wanted begins at the latest: from then on there is nothing to wait for."""
        return max(window.end for window in self.windows) - self.length

    def times(self) -> list[Interval]:
        """Return the first time of the wanted length in each window."""
        return [Interval(each.start, each.start + self.length) for each in self.windows]

    def soonest(self, now: datetime) -> datetime:
        """Return when an offer made now can begin at the earliest."""
        return now + self.site.rules.offer_margin + LEAST

    def check(self, now: datetime) -> None:
        """Raise TooLateToWait when no offer could be made any more."""
        if self.latest < self.soonest(now):
            before = self.site.rules.offer_margin + LEAST
            raise TooLateToWait(
                start=self.site.wall(self.latest),
                minutes=before // timedelta(minutes=1),
                now=self.site.wall(now),
            )

    def offer_until(self, now: datetime, start: datetime) -> datetime:
        """Return when an offer made now ends: after the site's time for it, and well before it begins."""
        rules = self.site.rules
        return min(now + rules.offer, start - rules.offer_margin)

    def fit(
        self, opened: Sequence[Interval], busy: Sequence[Interval], turnaround: timedelta, soonest: datetime
    ) -> Interval | None:
        """Return the first time that one resource has for it, None when it has none."""
        for window, wished in zip(self.windows, self.times(), strict=True):
            inside = [
                Interval(max(each.start, window.start), min(each.end, window.end))
                for each in opened
                if each.start < window.end and each.end > window.start
            ]
            if found := nearest(wished, turnaround, inside, busy, soonest):
                return found[0]
        return None

    def offered(self, offer: Offer) -> "Entry":
        return replace(self, state="offered", offer=offer, passed_over=None)

    def passed(self, obstacle: str) -> "Entry":
        """Note what stood against an offer; it stays in its place."""
        return replace(self, passed_over=obstacle)

    def answered(self, state: str, act: str) -> "Entry":
        """End it with its offer; raises NotWaiting where nothing is offered."""
        if self.state != "offered":
            raise NotWaiting(state=self.state, act=act)
        return replace(self, state=state)

    def left(self) -> "Entry":
        """End it at somebody's wish."""
        if self.state not in LIVE:
            raise NotWaiting(state=self.state, act="left")
        return replace(self, state="left")

    def over(self, now: datetime) -> "Entry | None":
        """Return it ended when what is wanted begins, None while it is not so or something is offered."""
        return replace(self, state="ended") if self.state == "waiting" and now >= self.latest else None


@dataclass(frozen=True, slots=True)
class Daily:
    """The same hours of wall time on several days in a row, and how much of them is wanted."""

    first_day: date
    last_day: date
    opens: str
    closes: str
    minutes: int

    def windows(self, zone: str) -> tuple[Interval, ...]:
        """Return the windows that are long enough; raises WindowTooNarrow when there is none."""
        days = (self.last_day - self.first_day).days + 1
        found = [] if days > _MOST_DAYS else [self._on(number, zone) for number in range(days)]
        length = timedelta(minutes=self.minutes)
        wide = tuple(each for each in found if each.end - each.start >= length)
        if not wide:
            raise WindowTooNarrow(
                opens=self.opens,
                closes=self.closes,
                first_day=self.first_day.isoformat(),
                last_day=self.last_day.isoformat(),
                minutes=self.minutes,
                most=_MOST_DAYS,
            )
        return wide

    def _on(self, number: int, zone: str) -> Interval:
        day = self.first_day + timedelta(days=number)
        return Interval(instant(day, self.opens, zone), instant(day, self.closes, zone))
