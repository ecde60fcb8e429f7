"""Decides which roles can be given, how they may be narrowed, and which one cannot be taken away."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.errors import Refused

Role = Literal[
    "platform-operator",
    "territory-administrator",
    "finance",
    "hub-manager",
    "operator-staff",
    "trainer",
    "jury",
    "partner",
]

ADMINISTRATORS: Final = frozenset({"platform-operator", "territory-administrator"})
_NARROWED: Final = frozenset({"hub-manager", "operator-staff", "trainer", "jury"})


class RoleOfAnotherPlace(Refused):
    """The role {role} is not given here."""

    status = 422
    fr = "Le rôle {role} ne se donne pas ici."
    cure = (
        "Platform operators are named at /v1/platform/roles, all other roles in a territory.",
        "Les exploitants de la plateforme se nomment à /v1/platform/roles, les autres dans un territoire.",
    )


class RoleNotNarrowed(Refused):
    """The role {role} holds in the whole territory: no site or operator narrows it."""

    status = 422
    fr = "Le rôle {role} vaut dans tout le territoire : ni site ni opérateur ne le restreint."
    cure = ("Leave site and operator out.", "Laissez vides le site et l'opérateur.")


class OperatorMissing(Refused):
    """Staff of an operator act for one: the role {role} needs an operator."""

    status = 422
    fr = "Le personnel d'un opérateur agit pour lui : le rôle {role} demande un opérateur."
    cure = ("Name the operator.", "Nommez l'opérateur.")


class MailMissing(Refused):
    """Whoever acts in a role signs in by mail: this person has no mail address."""

    fr = "Qui agit dans un rôle se connecte par courriel : cette personne n'a pas d'adresse électronique."
    cure = ("Add the person's mail address first.", "Ajoutez d'abord l'adresse électronique de la personne.")


class RoleHeldAlready(Refused):
    """The person already has the role {role} there: {grant_id}."""

    fr = "La personne a déjà le rôle {role} à cet endroit : {grant_id}."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class RoleWithdrawnAlready(Refused):
    """The role {role} was withdrawn before."""

    fr = "Le rôle {role} a été retiré auparavant."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class AdministratorsRole(Refused):
    """The role {role} is withdrawn by the platform's operator alone."""

    status = 403
    fr = "Le rôle {role} n'est retiré que par l'exploitant de la plateforme."
    cure = ("Ask the platform's operator.", "Demandez-le à l'exploitant de la plateforme.")


class LastAdministrator(Refused):
    """This is the last {role}: without one, nobody could give roles here."""

    fr = "C'est le dernier rôle {role} : sans lui, nul ne pourrait plus donner de rôle ici."
    cure = ("Give the role to somebody else first.", "Donnez d'abord ce rôle à quelqu'un d'autre.")


class RoleShown(BaseModel):
    """A role as it was given, and to whom."""

    model_config = ConfigDict(frozen=True)

    grant_id: UUID
    person_id: UUID
    given_name: str | None = None
    family_name: str | None = None
    role: str
    site_id: UUID | None
    operator_id: UUID | None


def check_grant(role: Role, *, on_platform: bool, site_id: UUID | None, operator_id: UUID | None) -> None:
    """Check that the role can be given there. Raises RoleOfAnotherPlace, RoleNotNarrowed, OperatorMissing."""
    if (role == "platform-operator") != on_platform:
        raise RoleOfAnotherPlace(role=role)
    if role not in _NARROWED and (site_id or operator_id):
        raise RoleNotNarrowed(role=role)
    if role == "operator-staff" and operator_id is None:
        raise OperatorMissing(role=role)


def check_withdrawal(role: str, holders_left: int) -> None:
    """Check that a role can be taken away, `holders_left` persons keeping it. Raises LastAdministrator."""
    if role in ADMINISTRATORS and holders_left == 0:
        raise LastAdministrator(role=role)
