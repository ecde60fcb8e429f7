"""The page of a day: rows of resources, half hours that lead to the form, names for staff."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, get
from litestar.response import Template

from portal.pages import Services, SignedIn, page
from portal.places import Place, place
from portal.planning.model import Sheet, sheet
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream


@get("/planning")
async def planning(request: Request[Any, Any, Any], visitor: SignedIn, upstream: Services) -> Template:
    """Show the day of a site: today at the first one, if nothing else is asked."""
    here = await place(visitor, upstream)
    site = here.site(request.query_params.get("site", ""))
    shown = await sheet_of(here, site, request.query_params, (visitor, upstream)) if site else None
    return page(visitor, "planning/day.html", place=here, site=site, sheet=shown)


async def sheet_of(here: Place, site: Json, asked: Mapping[str, str], who: tuple[Visitor, Upstream]) -> Sheet:
    """Lay out a day of a site; with names where the visitor may know them."""
    visitor, upstream = who
    path = f"{here.base}/sites/{site['site_id']}/planning"
    day = {"day": _day(asked.get("day", ""), here.today).isoformat()}
    if visitor.is_staff:
        try:
            return sheet(await upstream.get("booking", f"{path}/named", day), here.now, visitor.person_id)
        except Refused as refusal:  # staff of another site read this one as anybody does
            if refusal.status != HTTPStatus.FORBIDDEN:
                raise
    return sheet(await upstream.get("booking", path, day), here.now, visitor.person_id)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


ROUTES: Final = [planning]
