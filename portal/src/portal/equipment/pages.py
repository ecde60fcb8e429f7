"""The page on which staff say what a piece of equipment asks for and costs as a machine."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, get, post
from litestar.response import Redirect, Template

from portal.equipment import model
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import place
from portal.prices import by_code
from portal.session import Visitor
from portal.upstream import Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_MOST: Final = {"limit": 200}


@get("/machines/define")
async def define(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template | Redirect:
    """Ask what a piece of equipment asks for and costs, filled with what is known of it."""
    return await _define(visitor, upstream, request.query_params)


@post("/machines/define")
async def defined(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Make a machine of it, or change what it asks for and costs."""
    here, resource_id = await place(visitor, upstream), data.get("resource", "")
    if not resource_id.replace("-", "").isalnum():
        return redirect("/machines/define")
    path = f"{here.base}/resources/{resource_id}/define-machine"
    try:
        await upstream.post("booking", path, model.definition(data), data.get("key"))
    except Refused as refusal:
        return await _define(visitor, upstream, data, refusal)
    return redirect(f"/machines?site={data.get('site', '')}")


async def _define(
    visitor: Visitor, upstream: Upstream, asked: Mapping[str, str], refusal: Refused | None = None
) -> Template | Redirect:
    here = await place(visitor, upstream)
    site = here.site(asked.get("site", ""))
    if site is None:
        return redirect("/machines")
    site_id = str(site["site_id"])
    of_site = {**_MOST, "site_id": site_id}
    _, equipment, machines, classes, books = await asyncio.gather(
        # who does not look after the machines of the site is refused by this one
        upstream.get("booking", f"{here.base}/sites/{site_id}/maintenance-rules", {"limit": 1}),
        upstream.get("booking", f"{here.base}/resources", {**of_site, "kind": "equipment"}),
        upstream.get("booking", f"{here.base}/machines", of_site),
        upstream.get("membership", f"{here.base}/machine-classes", _MOST),
        upstream.get("billing", f"{here.base}/price-books", _MOST),
    )
    found, known = equipment["items"], {each["resource_id"]: each for each in machines["items"]}
    first = found[0] if found else None
    chosen = next((each for each in found if each["resource_id"] == asked.get("resource")), first)
    typed = asked if refusal else model.filled(known.get(chosen["resource_id"]) if chosen else None)
    return page(
        visitor,
        "equipment/define.html",
        status=refusal.status if refusal else 200,
        place=here,
        site_id=site_id,
        equipment=found,
        chosen=chosen,
        known=known,
        levels=model.levels(classes["items"], visitor.language),
        codes=model.codes(by_code(books["items"], here.today), typed, visitor.language),
        rows=range(model.ROWS),
        typed=typed,
        refusal=refusal,
    )


ROUTES: Final = [define, defined]
