"""Decides what a registration is and what may become of it: pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from booking.sessions.model import Standing
from booking.sites.model import Rules
from chassis.errors import Refused

LIVE: Final = ("registered", "offered", "waiting")
LEAST: Final = timedelta(minutes=5)  # what somebody has to answer an offer, at least


class SessionFull(Refused):
    """{title} has {free} seats left for «{audience}», not {seats}; {waiting} people wait."""

    fr = (
        "« {title} » a encore {free} places pour le public « {audience} », pas {seats} ; "
        "{waiting} personnes attendent."
    )
    cure = (
        "Put yourself on the waiting list, or register for {free} seats if any is left.",
        "Inscrivez-vous sur la liste d'attente, ou demandez {free} places s'il en reste.",
    )


class SeatsKeptForOthers(SessionFull):
    """{title}: seats left are kept for others until {release_at}; «{audience}» has {free}, not {seats}."""

    fr = (
        "« {title} » : les places restantes sont réservées à d'autres jusqu'au {release_at} ; {free} pour "
        "le public « {audience} », pas {seats}."
    )
    cure = (
        "Put yourself on the waiting list, or come back on {release_at}.",
        "Inscrivez-vous sur la liste d'attente, ou revenez le {release_at}.",
    )


class AlreadyRegistered(Refused):
    """This person has a registration for {title} already, or waits for a seat."""

    fr = "Cette personne est déjà inscrite à « {title} », ou attend une place."
    cure = (
        "Give that registration up first, to ask for another number of seats.",
        "Annulez d'abord cette inscription pour demander un autre nombre de places.",
    )


class AudienceFromDesk(Refused):
    """Only the staff of {site} registers somebody as «{audience}»."""

    status = 403
    fr = "Seul le personnel de {site} inscrit quelqu'un au titre du public « {audience} »."
    cure = (
        "Leave the audience out: it is that of the membership.",
        "Omettez le public : c'est celui de l'adhésion.",
    )


class RegistrationNotPossibleNow(Refused):
    """A registration that is {state} cannot be {act}."""

    fr = "Une inscription à l'état « {state} » n'admet pas l'acte « {act} »."
    cure = ("Register again, or ask the staff.", "Inscrivez-vous de nouveau, ou voyez le personnel.")


class SeatOfferLapsed(Refused):
    """The offer of {seats} seats ended at {expires_at}; it is {now}."""

    fr = "La proposition de {seats} places a pris fin le {expires_at} ; il est {now}."
    cure = ("Put yourself on the waiting list again.", "Inscrivez-vous de nouveau sur la liste d'attente.")


@dataclass(frozen=True, slots=True)
class Registration:
    """Somebody's seats in a session, or their wait for some: the person's own and one for each guest.

    State: registered; or waiting, then offered and registered or expired; or cancelled. `quota` says whose
    seats they are, as long as there are any. Guests are sealed names.
    """

    registration_id: UUID
    session_id: UUID
    state: str
    person_id: UUID
    standing: Standing
    guests: tuple[str, ...]
    asked_at: datetime
    quota: int | None = None
    home_territory_id: str | None = None  # of who has a seat that is kept for another territory
    offer_expires_at: datetime | None = None
    due_percent: int | None = None
    reason: str | None = None

    @property
    def seats(self) -> int:
        return 1 + len(self.guests)

    def registered(self, quota: int) -> "Registration":
        return replace(self, state="registered", quota=quota)

    def offered(self, quota: int, until: datetime) -> "Registration":
        """Keep seats for it until then."""
        return replace(self, state="offered", quota=quota, offer_expires_at=until)

    def accepted(self, now: datetime) -> "Registration":
        """Take what is offered; raises SeatOfferLapsed from the offer's last instant on."""
        self._only("offered", act="accepted")
        if self.offer_expires_at is None or now >= self.offer_expires_at:
            raise SeatOfferLapsed(
                seats=self.seats, expires_at=str(self.offer_expires_at), now=now.isoformat()
            )
        return replace(self, state="registered", offer_expires_at=None)

    def lapsed(self, now: datetime) -> "Registration | None":
        """Return it expired once nobody answered in time, None for whatever else it is."""
        over = self.state == "offered" and self.offer_expires_at is not None and now >= self.offer_expires_at
        return replace(self, state="expired", quota=None) if over else None

    def cancelled(self, due_percent: int, reason: str | None) -> "Registration":
        """Give it up; an offer or a wait costs nothing."""
        self._only(*LIVE, act="cancelled")
        due = due_percent if self.state == "registered" else 0
        return replace(
            self, state="cancelled", quota=None, offer_expires_at=None, due_percent=due, reason=reason
        )

    def _only(self, *states: str, act: str) -> None:
        if self.state not in states:
            raise RegistrationNotPossibleNow(state=self.state, act=act)


def offer_until(rules: Rules, now: datetime, start: datetime) -> datetime | None:
    """Return when an offer made now ends, as offers of rooms do; None when it is too late for one."""
    until = min(now + rules.offer, start - rules.offer_margin)
    return until if until >= now + LEAST else None
