"""Decides what a network is, who may be in it when, and what its members may agree to share."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.errors import NotFound, Refused
from contracts.values import Identifier, TerritoryId

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^\P{C}+$")
]
SharedKind = Literal["directory", "catalogue", "qualification", "sessions", "lead", "programme"]


class BodyMissing(Refused):
    """A network of the kind {kind} is a body of its own: its identifier is missing."""

    status = 422
    fr = "Un réseau de nature {kind} est un organisme : il lui manque son identifiant."
    cure = ("Give the body's identifier.", "Donnez l'identifiant de l'organisme.")


class BodyNotExpected(Refused):
    """A network of territories speaks through its members: it is no body with an identifier."""

    status = 422
    fr = "Un réseau de territoires parle par ses membres : ce n'est pas un organisme avec identifiant."
    cure = ("Leave the body out, or name another kind.", "Omettez l'organisme, ou donnez une autre nature.")


class MembersMissing(Refused):
    """A network of territories needs members from its first day, and none is named."""

    status = 422
    fr = "Un réseau de territoires a des membres dès le premier jour, et aucun n'est nommé."
    cure = ("Name at least one territory.", "Nommez au moins un territoire.")


class MembersNotOpen(Refused):
    """These territories are not open on this platform: {territory_ids}."""

    fr = "Ces territoires ne sont pas ouverts sur cette plateforme : {territory_ids}."
    cure = ("Open them first, or leave them out.", "Ouvrez-les d'abord, ou omettez-les.")


class AlreadyInNetwork(Refused):
    """{territory_id} is already a member of the network on {joined_on} or later."""

    fr = "{territory_id} est déjà membre du réseau le {joined_on} ou après."
    cure = ("Leave it first, or join on a later day.", "Quittez-le d'abord, ou rejoignez-le plus tard.")


class JoinedBeforeFormed(Refused):
    """The network was formed on {formed_on}: nobody joins it on {joined_on}."""

    fr = "Le réseau a été formé le {formed_on} : personne ne le rejoint le {joined_on}."
    cure = ("Join on {formed_on} or later.", "Rejoignez-le le {formed_on} ou plus tard.")


class NotInNetwork(Refused):
    """Not members of the network from {valid_from} to {valid_until}: {territory_ids}."""

    fr = "Ces territoires ne sont pas membres du réseau du {valid_from} au {valid_until} : {territory_ids}."
    cure = (
        "Let them join, or choose a period within their membership.",
        "Faites-les entrer, ou choisissez une période où ils sont membres.",
    )


class NotAMember(NotFound):
    """{territory_id} is no member of the network {network_id}."""

    fr = "{territory_id} n'est pas membre du réseau {network_id}."
    cure = ("Join it first.", "Rejoignez-le d'abord.")


class LeftBeforeJoined(Refused):
    """{territory_id} became a member on {joined_on}: it cannot leave on {left_on}."""

    fr = "{territory_id} est membre depuis le {joined_on} : il ne peut partir le {left_on}."
    cure = ("Leave after {joined_on}.", "Partez après le {joined_on}.")


class StillSharing(Refused):
    """An agreement to share {kind} binds {territory_id} on {left_on} or later."""

    fr = "Un accord de partage ({kind}) lie {territory_id} le {left_on} ou après."
    cure = ("End the agreement {agreement_id} first.", "Mettez d'abord fin à l'accord {agreement_id}.")


class AgreementEmpty(Refused):
    """An agreement from {valid_from} until {valid_until} has no day."""

    status = 422
    fr = "Un accord du {valid_from} au {valid_until} exclu n'a aucun jour."
    cure = (
        "Give as end the first day after the agreement.",
        "Donnez pour fin le premier jour après l'accord.",
    )


class AlreadyShared(Refused):
    """The network already has an agreement to share {kind} within these days."""

    fr = "Le réseau a déjà un accord de partage ({kind}) pendant ces jours."
    cure = (
        "End that one first, or choose other days.",
        "Mettez-y fin d'abord, ou choisissez d'autres jours.",
    )


class AgreementAlreadyEnded(Refused):
    """The agreement ended on {ended_on}."""

    fr = "L'accord a pris fin le {ended_on}."
    cure = ("Nothing is left to end.", "Il n'y a plus rien à terminer.")


class EndOutsideAgreement(Refused):
    """The agreement runs from {valid_from} until {valid_until}: it cannot end on {ended_on}."""

    fr = "L'accord court du {valid_from} au {valid_until} exclu : il ne peut finir le {ended_on}."
    cure = ("Choose a day within it.", "Choisissez un jour compris dans l'accord.")


class Command(BaseModel):
    """What is asked about a network."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FormNetwork(Command):
    """Form a network of territories, or around a body; its first members belong to it from `formed_on`."""

    network_id: UUID
    name: Name
    kind: Literal["territories", "agency", "chamber"]
    body: Identifier | None = None
    territory_ids: Annotated[frozenset[TerritoryId], Field(max_length=200)] = frozenset()
    formed_on: date


class SignSharingAgreement(Command):
    """Let members of a network have copies of each other's things of one kind, end excluded."""

    agreement_id: UUID
    network_id: UUID
    kind: SharedKind
    territory_ids: Annotated[frozenset[TerritoryId], Field(min_length=1, max_length=200)]
    valid_from: date
    valid_until: date | None = None


class JoinNetwork(Command):
    """Become a member from a day on."""

    joined_on: date


class LeaveNetwork(Command):
    """Be a member no longer; `left_on` is the first day outside."""

    left_on: date


class EndSharingAgreement(Command):
    """End an agreement before its time; `ended_on` is the first day without it."""

    ended_on: date
    reason: Annotated[str, Field(max_length=500)] | None = None


class Member(BaseModel):
    """A territory in a network, first day included, last excluded."""

    model_config = ConfigDict(frozen=True)

    territory_id: str
    joined_on: date
    left_on: date | None = None


class Agreement(BaseModel):
    """An agreement to share one kind of thing; `ended_on` where it ended before its time."""

    model_config = ConfigDict(frozen=True)

    agreement_id: UUID
    network_id: UUID
    kind: str
    territory_ids: tuple[str, ...]
    valid_from: date
    valid_until: date | None = None
    ended_on: date | None = None
    reason: str | None = None


class Network(BaseModel):
    """A network with everyone who is or was in it, and every agreement it signed."""

    model_config = ConfigDict(frozen=True)

    network_id: UUID
    name: str
    kind: str
    body: Identifier | None
    formed_on: date
    members: tuple[Member, ...] = ()
    agreements: tuple[Agreement, ...] = ()


def check_formed(wanted: FormNetwork, open_ids: Collection[str]) -> None:
    """Raise BodyMissing, BodyNotExpected, MembersMissing or MembersNotOpen for what can be no network."""
    of_territories = wanted.kind == "territories"
    if of_territories and wanted.body:
        raise BodyNotExpected
    if not of_territories and not wanted.body:
        raise BodyMissing(kind=wanted.kind)
    if of_territories and not wanted.territory_ids:
        raise MembersMissing
    if closed := sorted(wanted.territory_ids - set(open_ids)):
        raise MembersNotOpen(territory_ids=", ".join(closed))


def check_signed(network: Network, wanted: SignSharingAgreement) -> None:
    """Raise AgreementEmpty, or NotInNetwork unless each party is a member on all of its days."""
    start, end = wanted.valid_from, wanted.valid_until
    if end is not None and end <= start:
        raise AgreementEmpty(valid_from=start.isoformat(), valid_until=end.isoformat())
    inside = {
        m.territory_id
        for m in network.members
        if m.joined_on <= start and (m.left_on is None or (end is not None and end <= m.left_on))
    }
    if outside := sorted(wanted.territory_ids - inside):
        raise NotInNetwork(
            territory_ids=", ".join(outside),
            valid_from=start.isoformat(),
            valid_until=end.isoformat() if end else "…",
        )


def check_end(agreement: Agreement, ended_on: date) -> None:
    """Raise AgreementAlreadyEnded, or EndOutsideAgreement unless the day lies within the agreement."""
    if agreement.ended_on:
        raise AgreementAlreadyEnded(ended_on=agreement.ended_on.isoformat())
    end = agreement.valid_until
    if ended_on < agreement.valid_from or (end is not None and ended_on >= end):
        raise EndOutsideAgreement(
            valid_from=agreement.valid_from.isoformat(),
            valid_until=end.isoformat() if end else "…",
            ended_on=ended_on.isoformat(),
        )


def check_joined(network: Network, joined_on: date) -> None:
    """Raise JoinedBeforeFormed for a day before the network's first."""
    if joined_on < network.formed_on:
        raise JoinedBeforeFormed(formed_on=network.formed_on.isoformat(), joined_on=joined_on.isoformat())


def leaving(network: Network, territory_id: str, left_on: date) -> Member:
    """Return the membership that ends; raises NotAMember, LeftBeforeJoined, StillSharing."""
    current = [m for m in network.members if m.territory_id == territory_id and m.left_on is None]
    if not current:
        raise NotAMember(territory_id=territory_id, network_id=str(network.network_id))
    member = current[0]
    if left_on <= member.joined_on:
        raise LeftBeforeJoined(
            territory_id=territory_id, joined_on=member.joined_on.isoformat(), left_on=left_on.isoformat()
        )
    for agreement in network.agreements:
        end = agreement.ended_on or agreement.valid_until
        if territory_id in agreement.territory_ids and (end is None or end > left_on):
            raise StillSharing(
                territory_id=territory_id,
                kind=agreement.kind,
                agreement_id=str(agreement.agreement_id),
                left_on=left_on.isoformat(),
            )
    return member
