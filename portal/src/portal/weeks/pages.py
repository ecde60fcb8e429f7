"""The page of a week: a table, or a list; both print."""

import asyncio
from datetime import date
from typing import Any, Final

from litestar import Request, get
from litestar.response import Template

from portal.pages import Services, SignedIn, page
from portal.places import place
from portal.planning.pages import sheet_of
from portal.weeks import model

AnyRequest = Request[Any, Any, Any]


@get("/planning/week")
async def week(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show a week of a site: this one at the first site, if nothing else is asked."""
    here = await place(visitor, upstream)
    asked = request.query_params
    site = here.site(asked.get("site", ""))
    shown = None
    if site:
        days = model.days_of(model.monday_of(_day(asked.get("day", ""), here.today)))
        who = (visitor, upstream)
        sheets = await asyncio.gather(*(sheet_of(here, site, {"day": str(day)}, who) for day in days))
        shown = model.week(sheets)
    view = "list" if asked.get("view") == "list" else "table"
    return page(visitor, "weeks/week.html", place=here, week=shown, view=view, model=model)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


ROUTES: Final = [week]
