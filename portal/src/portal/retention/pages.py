"""The pages of retention: what is kept for how long, what is due, the purge, and those that were made."""

import asyncio
from http import HTTPStatus
from typing import Final

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from portal.pages import Form, Services, SignedIn, page, redirect
from portal.places import place
from portal.retention import model
from portal.session import Visitor
from portal.settings import Service
from portal.upstream import Json, Refused, Upstream
from portal.wording import gettext as _

_KEEPERS: Final[tuple[Service, ...]] = ("membership", "booking")  # who purges, in the order of the page
_PURGES: Final = 50
_DUE: Final = 50


@get("/retention")
async def rules(visitor: SignedIn, upstream: Services) -> Template:
    """Show what is kept for how long, how much is due, and the purges that were made."""
    return await _rules(visitor, upstream)


@get("/retention/{purpose:str}")
async def due(
    visitor: SignedIn, upstream: Services, purpose: FromPath[str], after: FromQuery[str] = ""
) -> Template:
    """Show what a purge would take today."""
    return await _due(visitor, upstream, purpose, after)


@post("/retention/{purpose:str}/months")
async def set_months(
    visitor: SignedIn, upstream: Services, purpose: FromPath[str], data: Form
) -> Template | Redirect:
    """Set how many months are kept."""
    here = await place(visitor, upstream)
    keeper, _rule = await _rule_of(upstream, here.base, purpose)
    months = data.get("months", "").strip()
    body: Json = {"months": int(months) if months.isdecimal() else months}
    try:
        await upstream.post(keeper, f"{here.base}/retention/{purpose}/months", body, data.get("key"))
    except Refused as refusal:
        return await _rules(visitor, upstream, refusal)
    return redirect("/retention")


@post("/retention/{purpose:str}/purge")
async def purge(
    visitor: SignedIn, upstream: Services, purpose: FromPath[str], data: Form
) -> Template | Redirect:
    """Purge what the page showed, once its number is repeated."""
    here = await place(visitor, upstream)
    keeper, rule = await _rule_of(upstream, here.base, purpose)
    if not model.is_meant(data, rule["due"]):
        return await _due(visitor, upstream, purpose, refusal=_unmeant(rule["due"]))
    body: Json = {"cut_off_on": data.get("cut_off_on", "")}
    try:
        await upstream.post(keeper, f"{here.base}/retention/{purpose}/purge", body, data.get("key"))
    except Refused as refusal:
        return await _due(visitor, upstream, purpose, refusal=refusal)
    return redirect("/retention")


async def _rules(visitor: Visitor, upstream: Upstream, refusal: Refused | None = None) -> Template:
    here = await place(visitor, upstream)
    path = f"{here.base}/retention"
    found = await asyncio.gather(*(upstream.get(keeper, path) for keeper in _KEEPERS))
    lists = await asyncio.gather(
        *(upstream.get(keeper, f"{path}/purges", {"limit": _PURGES}) for keeper in _KEEPERS)
    )
    return page(
        visitor,
        "retention/rules.html",
        status=refusal.status if refusal else HTTPStatus.OK,
        rules=[rule for each in found for rule in each["rules"]],
        purges=model.last_first((done for each in lists for done in each["items"]), _PURGES),
        refusal=refusal,
    )


async def _due(
    visitor: Visitor, upstream: Upstream, purpose: str, after: str = "", refusal: Refused | None = None
) -> Template:
    here = await place(visitor, upstream)
    keeper, rule = await _rule_of(upstream, here.base, purpose)
    asked = {"limit": _DUE, "cursor": after}
    listed = await upstream.get(keeper, f"{here.base}/retention/{purpose}/due", asked)
    return page(
        visitor,
        "retention/due.html",
        status=refusal.status if refusal else HTTPStatus.OK,
        rule=rule,
        due=listed["items"],
        further=listed.get("next_cursor", ""),
        refusal=refusal,
    )


async def _rule_of(upstream: Upstream, base: str, purpose: str) -> tuple[Service, Json]:
    """Return who keeps what serves a purpose, and by which rule."""
    for keeper in _KEEPERS:
        for rule in (await upstream.get(keeper, f"{base}/retention"))["rules"]:
            if rule["purpose"] == purpose:
                return keeper, rule
    raise NotFoundException


def _unmeant(number: int) -> Refused:
    return Refused(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "purge-unmeant",
        _("Nothing was purged"),
        _("A purge cannot be undone, and the number that was typed is not the one that is due."),
        _("Type %(number)s if that is what you want to purge.") % {"number": number},
    )


ROUTES: Final = [rules, due, set_months, purge]
