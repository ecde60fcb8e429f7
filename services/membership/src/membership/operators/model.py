"""Decides what a territory may delegate, for how long, and who acts for whom."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.errors import NotFound, Refused
from contracts.values import Identifier

DelegatedAct = Literal["resources", "bookings", "memberships", "persons", "prices", "invoices"]
TakingsOf = Literal["territory", "operator"]

ABOUT_MONEY: Final = frozenset({"prices", "invoices"})


class OperatorAlreadyRegistered(Refused):
    """{name} is already an operator of the territory."""

    fr = "{name} est déjà un opérateur du territoire."
    cure = ("Grant it another delegation.", "Accordez-lui une autre délégation.")


class SitesUnknown(NotFound):
    """These are no sites of the territory: {site_ids}."""

    fr = "Ce ne sont pas des sites du territoire : {site_ids}."
    cure = ("Open them first, or leave them out.", "Ouvrez-les d'abord, ou omettez-les.")


class DelegationEmpty(Refused):
    """A delegation from {valid_from} until {valid_until} has no day."""

    status = 422
    fr = "Une délégation du {valid_from} au {valid_until} exclu n'a aucun jour."
    cure = (
        "Give as end the first day after the delegation.",
        "Donnez pour fin le premier jour après la délégation.",
    )


class TakingsUnsaid(Refused):
    """The delegation covers {acts}: it must say whose the takings are."""

    status = 422
    fr = "La délégation couvre {acts} : elle doit dire à qui vont les recettes."
    cure = ("Say «territory» or «operator».", "Dites « territory » ou « operator ».")


class TakingsWithoutAct(Refused):
    """The delegation covers neither prices nor invoices: it brings no takings."""

    status = 422
    fr = "La délégation ne couvre ni les prix ni les factures : elle n'apporte pas de recettes."
    cure = (
        "Leave out whose the takings are, or add such an act.",
        "Omettez à qui vont les recettes, ou ajoutez un tel acte.",
    )


class ActAlreadyDelegated(Refused):
    """The operator already holds one of these acts on one of these sites within these days."""

    fr = "L'opérateur détient déjà un de ces actes sur un de ces sites pendant ces jours."
    cure = ("End that delegation first.", "Mettez d'abord fin à cette délégation.")


class TakingsAlreadyDelegated(Refused):
    """Another delegation already says whose the takings of one of these sites are within these days."""

    fr = "Une autre délégation dit déjà à qui vont les recettes d'un de ces sites pendant ces jours."
    cure = (
        "End that delegation first, or leave prices and invoices out of this one.",
        "Mettez d'abord fin à cette délégation, ou retirez les prix et les factures de celle-ci.",
    )


class DelegationAlreadyEnded(Refused):
    """The delegation ended on {ended_on}."""

    fr = "La délégation a pris fin le {ended_on}."
    cure = ("Nothing is left to end.", "Il n'y a plus rien à terminer.")


class EndOutsideDelegation(Refused):
    """The delegation can end between {earliest} and {latest}, not on {ended_on}."""

    fr = "La délégation peut prendre fin entre le {earliest} et le {latest}, pas le {ended_on}."
    cure = (
        "Choose a day between the two: what was done stays covered.",
        "Choisissez un jour entre les deux : ce qui est fait reste couvert.",
    )


class ActNotDelegated(Refused):
    """No delegation in force on {today} covers {act} on this site for the operator you act for."""

    status = 403
    fr = "Aucune délégation en vigueur le {today} ne couvre « {act} » sur ce site pour votre opérateur."
    cure = ("Ask the territory to delegate it.", "Demandez au territoire de le déléguer.")


class RegisterOperator(BaseModel):
    """Register an organisation that the territory knows as one that may run its sites."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator_id: UUID
    organisation_id: UUID


class GrantDelegation(BaseModel):
    """Entrust an operator with acts on sites, end excluded.

    Where prices or invoices are among the acts, it says whose the takings are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    delegation_id: UUID
    operator_id: UUID
    site_ids: Annotated[frozenset[UUID], Field(min_length=1, max_length=200)]
    acts: Annotated[frozenset[DelegatedAct], Field(min_length=1)]
    takings_of: TakingsOf | None = None
    deed: Annotated[str, Field(max_length=200)] | None = None
    valid_from: date
    valid_until: date | None = None


class EndDelegation(BaseModel):
    """End a delegation before its time; `ended_on` is the first day without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_on: date
    reason: Annotated[str, Field(max_length=500)] | None = None


class Operator(BaseModel):
    """An organisation that may run sites of the territory."""

    model_config = ConfigDict(frozen=True)

    operator_id: UUID
    organisation_id: UUID
    name: str
    identifier: Identifier | None = None


class Delegation(BaseModel):
    """What is entrusted to an operator, where, and from when until when."""

    model_config = ConfigDict(frozen=True)

    delegation_id: UUID
    operator_id: UUID
    operator_name: str
    site_ids: tuple[UUID, ...]
    acts: tuple[str, ...]
    takings_of: str | None
    deed: str | None
    valid_from: date
    valid_until: date | None
    ended_on: date | None = None
    reason: str | None = None


def granted(wanted: GrantDelegation, operator: Operator, known_sites: Collection[UUID]) -> Delegation:
    """Return the delegation; raises SitesUnknown, DelegationEmpty, TakingsUnsaid, TakingsWithoutAct."""
    if unknown := wanted.site_ids - set(known_sites):
        raise SitesUnknown(site_ids=", ".join(sorted(map(str, unknown))))
    start, end = wanted.valid_from, wanted.valid_until
    if end is not None and end <= start:
        raise DelegationEmpty(valid_from=start.isoformat(), valid_until=end.isoformat())
    about_money = sorted(wanted.acts & ABOUT_MONEY)
    if about_money and wanted.takings_of is None:
        raise TakingsUnsaid(acts=", ".join(about_money))
    if wanted.takings_of and not about_money:
        raise TakingsWithoutAct
    return Delegation(
        **wanted.model_dump(exclude={"site_ids", "acts"}),
        operator_name=operator.name,
        site_ids=tuple(sorted(wanted.site_ids)),
        acts=tuple(sorted(wanted.acts)),
    )


def ended(delegation: Delegation, wanted: EndDelegation, today: date) -> Delegation:
    """Return the delegation as it ends: today at the earliest, on its first day if that is to come.

    Raises DelegationAlreadyEnded, EndOutsideDelegation.
    """
    if delegation.ended_on:
        raise DelegationAlreadyEnded(ended_on=delegation.ended_on.isoformat())
    earliest, latest = max(today, delegation.valid_from), delegation.valid_until
    if wanted.ended_on < earliest or (latest is not None and wanted.ended_on > latest):
        raise EndOutsideDelegation(
            earliest=earliest.isoformat(),
            latest=latest.isoformat() if latest else "…",
            ended_on=wanted.ended_on.isoformat(),
        )
    return delegation.model_copy(update={"ended_on": wanted.ended_on, "reason": wanted.reason})
