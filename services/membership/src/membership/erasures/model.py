"""Decides when a person can be erased, what still holds an erasure up, and what its certificate says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, computed_field

from chassis.errors import Refused
from contracts.erasure import Gone, Hold, Kept
from contracts.places import place_name
from contracts.values import Wording

State = Literal["asked", "checking", "held", "erasing", "done"]

CHECKED_BY: Final = frozenset({"membership", "booking", "billing"})
ERASED_BY: Final = CHECKED_BY | {"notifications"}


class ErasureUnderWay(Refused):
    """This person is being erased already: {erasure_id}, {state}."""

    fr = "L'effacement de cette personne est déjà engagé : {erasure_id}, à l'état « {state} »."
    cure = ("Follow that erasure.", "Suivez cet effacement.")


class ErasureNotAwaiting(Refused):
    """The erasure {erasure_id} is {state}: only one that an administrator asked for is confirmed, once."""

    fr = "L'effacement {erasure_id} est à l'état « {state} » : seul se confirme, une fois, celui qu'un administrateur a demandé."  # noqa: E501 - a sentence
    cure = ("There is nothing to confirm.", "Il n'y a rien à confirmer.")


class OwnErasureRequest(Refused):
    """Nobody confirms the erasure of another person that they asked for themselves: it cannot be undone."""

    status = 403
    fr = "Nul ne confirme l'effacement d'autrui qu'il a demandé lui-même : il est sans retour."
    cure = (
        "Have another operator of the platform confirm it.",
        "Faites-le confirmer par un autre opérateur de la plateforme.",
    )


class ErasureNotDone(Refused):
    """The erasure {erasure_id} is {state}; there is a certificate once it is done; missing: {missing}."""

    fr = "L'effacement {erasure_id} est à l'état « {state} » ; le certificat vient quand il est achevé ; il manque : {missing}."  # noqa: E501 - a sentence
    cure = (
        "Come back when every service has answered.",
        "Revenez quand chaque service aura répondu.",
    )


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, from the wish to the certificate."""

    erasure_id: UUID
    person_id: UUID
    siren: str
    asked_by: UUID
    state: State
    territories: tuple[str, ...]
    asked_at: datetime
    confirmed_by: UUID | None = None
    erased_at: datetime | None = None
    completed_at: datetime | None = None
    inactive_since: date | None = None


class GoneShown(Gone):
    """What is gone, with the place in words."""

    @computed_field  # type: ignore[prop-decorator] # pydantic's own way
    @property
    def name(self) -> Wording:
        """What the place holds."""
        return place_name(self.place)


class KeptShown(Kept):
    """What stays, with the place in words."""

    @computed_field  # type: ignore[prop-decorator] # pydantic's own way
    @property
    def name(self) -> Wording:
        """What the place holds."""
        return place_name(self.place)


class Receipt(BaseModel):
    """What one service has done."""

    model_config = ConfigDict(frozen=True)

    service: str
    answered_at: datetime
    gone: tuple[GoneShown, ...]
    kept: tuple[KeptShown, ...]


class ErasureShown(BaseModel):
    """An erasure as those see it who may; what holds it up in other territories is told to nobody here.

    With `inactive_since`, a rule of retention asked for it.
    """

    model_config = ConfigDict(frozen=True)

    erasure_id: UUID
    person_id: UUID
    state: State
    asked_at: datetime
    erased_at: datetime | None
    completed_at: datetime | None
    holds: tuple[Hold, ...] = ()
    missing: tuple[str, ...] = ()
    inactive_since: date | None = None
    certificate: str | None = None


class Certificate(BaseModel):
    """What every service has done of an erasure; it names nobody."""

    model_config = ConfigDict(frozen=True)

    erasure_id: UUID
    person_id: UUID
    asked_at: datetime
    erased_at: datetime
    completed_at: datetime
    receipts: tuple[Receipt, ...]


def first_state(*, for_oneself: bool) -> State:
    """Say how an erasure begins: one's own at once, another person's once a second person confirms it."""
    return "checking" if for_oneself else "asked"


def check_confirms(erasure: Erasure, confirmer_id: UUID) -> None:
    """Refuse to confirm twice, or one's own request. Raises ErasureNotAwaiting, OwnErasureRequest."""
    if erasure.state != "asked":
        raise ErasureNotAwaiting(erasure_id=str(erasure.erasure_id), state=erasure.state)
    if erasure.asked_by == confirmer_id:
        raise OwnErasureRequest


def missing(erasure: Erasure, answered: Collection[str]) -> tuple[str, ...]:
    """Return the services whose answer is still awaited."""
    awaited = {"checking": CHECKED_BY, "erasing": ERASED_BY}.get(erasure.state, frozenset[str]())
    return tuple(sorted(awaited - set(answered)))


def seen_from(siren: str, holds: Sequence[Hold], *, own: bool) -> tuple[Hold, ...]:
    """Return what holds up: the person sees all of it, a territory what it knows of itself."""
    return tuple(hold for hold in holds if own or hold.territory_id == siren)
