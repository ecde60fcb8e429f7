"""Decides who may be given a seat of a company's membership, and when one may be taken back."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from chassis.errors import Refused


class NoSeatsInPlan(Refused):
    """The membership has no seats: everyone affiliated to its holder uses it."""

    fr = "L'adhésion n'a pas de places : toute personne rattachée au titulaire s'en sert."
    cure = ("Affiliate the person instead.", "Rattachez plutôt la personne.")


class SeatsAllGiven(Refused):
    """All {seats} seats are given from {day} on."""

    fr = "Les {seats} places sont toutes données à partir du {day}."
    cure = (
        "Take a seat back first, or change the membership to more seats.",
        "Reprenez d'abord une place, ou passez l'adhésion à plus de places.",
    )


class SeatedAlready(Refused):
    """This person has a seat of the membership on {day} or later already."""

    fr = "Cette personne a déjà une place de l'adhésion le {day} ou plus tard."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class SeatForAffiliated(Refused):
    """The person does not belong to the organisation on {day}: its seats are for its own people."""

    fr = "La personne n'est pas rattachée à l'organisation le {day} : ses places sont pour les siens."
    cure = ("Affiliate the person first.", "Rattachez d'abord la personne.")


class SeatSettles(Refused):
    """The seat stays with its person until {earliest}: the plan asks for {settled_days} days."""

    fr = "La place reste à sa personne jusqu'au {earliest} : la formule demande {settled_days} jours."
    cure = ("Give {earliest} or a later day.", "Donnez le {earliest} ou un jour postérieur.")


class SeatTakenAlready(Refused):
    """The seat is taken back as of {taken_from} already."""

    fr = "La place est déjà reprise à partir du {taken_from}."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that a person has from a day to another."""

    seat_id: UUID
    membership_id: UUID
    person_id: UUID
    given_from: date
    taken_from: date | None = None


def taken(seat: Seat, on: date, settled_days: int, today: date) -> Seat:
    """Return the seat with its last day. Raises SeatTakenAlready, SeatSettles.

    A seat that its person has not had yet is taken back as if it had never been given.
    """
    if seat.taken_from is not None:
        raise SeatTakenAlready(taken_from=str(seat.taken_from))
    if today < seat.given_from:
        return replace(seat, taken_from=seat.given_from)
    earliest = max(today, seat.given_from + timedelta(days=settled_days))
    if on < earliest:
        raise SeatSettles(earliest=str(earliest), settled_days=settled_days)
    return replace(seat, taken_from=on)
