"""Decides what it means that a resource is out of service."""

from datetime import datetime
from typing import NamedTuple, NoReturn

from booking.resources.model import Resource
from booking.sites.model import Site
from chassis.errors import Refused


class AlreadyOutOfService(Refused):
    """{resource} is already out of service in that time."""

    fr = "{resource} est déjà hors service dans ce temps."
    cure = ("Return it to service first.", "Remettez-la d'abord en service.")


class NotOutOfService(Refused):
    """{resource} is not out of service, and nothing says that it will be."""

    fr = "{resource} n'est pas hors service, et rien n'annonce qu'elle le sera."


class OutageEmpty(Refused):
    """An outage from {start} cannot end on {end}."""

    status = 422
    fr = "Une mise hors service dès {start} ne peut finir le {end}."
    cure = ("Give a later end, or none.", "Donnez une fin ultérieure, ou aucune.")


class OutOfService(Refused):
    """{resource} is out of service until {until}: {reason}."""

    fr = "{resource} est hors service jusqu'au {until} : {reason}."
    cure = (
        "Choose another resource or a later time.",
        "Choisissez une autre ressource ou un temps ultérieur.",
    )


class Outage(NamedTuple):
    """Why and until when a resource is out of service."""

    until: datetime | None
    reason: str

    def refuse(self, resource: Resource, site: Site) -> NoReturn:
        """Raise OutOfService, which says until when, as far as that is known."""
        until = site.wall(self.until) if self.until else "—"
        raise OutOfService(resource=resource.name, until=until, reason=self.reason)
