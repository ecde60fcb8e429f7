"""Finds the person of the territory whom a form names by their mail address."""

from http import HTTPStatus

from portal.places import Place
from portal.upstream import Refused, Upstream
from portal.wording import gettext as _


async def person_of(here: Place, upstream: Upstream, mail: str) -> str:
    """Find the one person of the territory with a mail address. Raises Refused."""
    found = await upstream.get("membership", f"{here.base}/persons", {"search": mail})
    for person in found["items"]:
        if mail and str(person["mail"]).casefold() == mail.casefold():
            return str(person["person_id"])
    title = _("Nobody here has this mail address")
    cure = _("Check the address, or have the person register first.")
    raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "nobody-has-this-mail", title, title, cure)
