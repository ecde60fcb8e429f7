"""The pages of booking policies: list them, publish a version, say who decides, lift a strike."""

import asyncio
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.ids import new_id
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.persons import person_of
from portal.places import Place, place
from portal.policies import model
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
_DONE: Final = ("published", "retired", "delegated", "ended", "lifted")
_NEW: Final = {"check_in_opens_minutes": "30", "grace_minutes": "30", "no_show_due_percent": "100"}


@get("/policies")
async def policies(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the policies of a site, where each holds, who decides beside staff, and the strikes."""
    done = request.query_params.get("done", "")
    here = await place(visitor, upstream)
    site_id = request.query_params.get("site", "")
    return await _site(here, visitor, upstream, site_id, done=done if done in _DONE else "")


@get("/policies/new")
async def new_policy(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Fill in the first version of a policy."""
    here = await place(visitor, upstream)
    site = here.site(request.query_params.get("site", ""))
    values = model.fields({}) | _NEW | {"site": site["site_id"] if site else ""}
    return await _form(here, visitor, upstream, values)


@post("/policies/new")
async def publish(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Publish a policy."""
    here = await place(visitor, upstream)
    body = {
        "policy_id": data.get("policy_id", ""),
        "scope_id": data.get("scope", ""),
        "in_force_from": data.get("in_force_from", ""),
        "terms": model.terms(data),
    }
    try:
        await upstream.post("booking", f"{here.base}/policies", body)
    except Refused as refusal:
        return await _form(here, visitor, upstream, data, refusal=refusal)
    return _back(data, "published")


@get("/policies/{policy_id:uuid}")
async def one(visitor: SignedIn, upstream: Services, policy_id: FromPath[UUID]) -> Template:
    """Show every version of a policy, and fill in the next one."""
    here = await place(visitor, upstream)
    versions = await _versions(here, upstream, policy_id)
    values = model.fields(versions[-1]["terms"]) | {"site": versions[-1]["site_id"]}
    return await _form(here, visitor, upstream, values, versions=versions)


@post("/policies/{policy_id:uuid}")
async def publish_next(
    visitor: SignedIn, upstream: Services, policy_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Publish the next version."""
    here = await place(visitor, upstream)
    body = {"in_force_from": data.get("in_force_from", ""), "terms": model.terms(data)}
    try:
        path = f"{here.base}/policies/{policy_id}/versions"
        await upstream.post("booking", path, body, data.get("key"))
    except Refused as refusal:
        versions = await _versions(here, upstream, policy_id)
        return await _form(here, visitor, upstream, data, versions=versions, refusal=refusal)
    return _back(data, "published")


@post("/policies/{policy_id:uuid}/retire")
async def retire(
    visitor: SignedIn, upstream: Services, policy_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Let a policy hold no more from a day on."""
    body = {"retired_on": data.get("retired_on", "")}
    return await _act(visitor, upstream, data, (f"policies/{policy_id}/retire", body, "retired"))


@post("/policies/delegate")
async def delegate(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Let a person decide on requests."""
    here = await place(visitor, upstream)
    try:
        person_id = await person_of(here, upstream, data.get("mail", "").strip())
    except Refused as refusal:
        return await _site(here, visitor, upstream, data.get("site", ""), refusal=refusal)
    body = {
        "delegation_id": data.get("key", ""),
        "person_id": person_id,
        "scope_id": data.get("scope", ""),
        "valid_from": here.today.isoformat(),
        "valid_until": data.get("valid_until") or None,
    }
    return await _act(visitor, upstream, data, ("approval-delegations", body, "delegated"))


@post("/policies/end-delegation")
async def end_delegation(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Let a person decide no more from today on."""
    here = await place(visitor, upstream)
    path = f"approval-delegations/{quote(data.get('delegation', ''), safe='')}/end"
    return await _act(visitor, upstream, data, (path, {"ended_on": here.today.isoformat()}, "ended"))


@post("/policies/lift")
async def lift(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Lift a strike on appeal."""
    path = f"bookings/{quote(data.get('booking', ''), safe='')}/strike/lift"
    return await _act(visitor, upstream, data, (path, {"reason": data.get("reason", "")}, "lifted"))


async def _act(
    visitor: Visitor, upstream: Upstream, data: dict[str, str], command: tuple[str, Json, str]
) -> Template | Redirect:
    here, (path, body, done) = await place(visitor, upstream), command
    try:
        await upstream.post("booking", f"{here.base}/{path}", body, data.get("key"))
    except Refused as refusal:
        return await _site(here, visitor, upstream, data.get("site", ""), refusal=refusal)
    return _back(data, done)


async def _site(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    site_id: str,
    *,
    done: str = "",
    refusal: Refused | None = None,
) -> Template:
    site = here.site(site_id)
    status = refusal.status if refusal else 200
    if site is None:
        return page(visitor, "policies/list.html", status=status, site=None, refusal=refusal, done=done)
    base, most = f"{here.base}/sites/{site['site_id']}", {"limit": 200}
    versions, resources, (delegations, strikes) = await asyncio.gather(
        upstream.get("booking", f"{base}/policies", most),
        upstream.get("booking", f"{here.base}/resources", {**most, "site_id": site["site_id"]}),
        _people(base, visitor, upstream),
    )
    day = here.today.isoformat()
    return page(
        visitor,
        "policies/list.html",
        status=status,
        place=here,
        site=site,
        policies=model.current(versions["items"], day),
        holding=model.holding(versions["items"], resources["items"], day),
        scopes=_scopes(site, resources["items"]),
        delegations=delegations,
        strikes=strikes,
        done=done,
        refusal=refusal,
    )


async def _form(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    values: dict[str, str],
    *,
    versions: list[Json] | None = None,
    refusal: Refused | None = None,
) -> Template:
    site = here.site(values.get("site", ""))
    resources: list[Json] = []
    if site:
        asked = {"limit": 200, "site_id": site["site_id"]}
        resources = (await upstream.get("booking", f"{here.base}/resources", asked))["items"]
    return page(
        visitor,
        "policies/one.html",
        status=refusal.status if refusal else 200,
        place=here,
        site=site,
        scopes=_scopes(site, resources) if site else {},
        versions=versions or [],
        values=values,
        new_id=values.get("policy_id") or str(new_id()),
        model=model,
        refusal=refusal,
    )


async def _people(base: str, visitor: Visitor, upstream: Upstream) -> tuple[list[Json], list[Json]]:
    """List who decides beside the staff, and the strikes: to staff alone."""
    if not visitor.is_staff:
        return [], []
    delegations, strikes = await asyncio.gather(
        upstream.get("booking", f"{base}/approval-delegations", {"limit": 200}),
        upstream.get("booking", f"{base}/strikes", {"limit": 50}),
    )
    return delegations["items"], strikes["items"]


def _scopes(site: Json, resources: list[Json]) -> dict[str, str]:
    """Name what a policy can be for: the whole site, or a resource with what it contains."""
    return {site["site_id"]: site["name"]} | {each["resource_id"]: each["name"] for each in resources}


async def _versions(here: Place, upstream: Upstream, policy_id: UUID) -> list[Json]:
    found: list[Json] = (await upstream.get("booking", f"{here.base}/policies/{policy_id}"))["items"]
    return found


def _back(data: dict[str, str], done: str) -> Redirect:
    return redirect(f"/policies?site={quote(data.get('site', ''), safe='')}&done={done}")


ROUTES: Final = [
    policies,
    new_policy,
    publish,
    one,
    publish_next,
    retire,
    delegate,
    end_delegation,
    lift,
]
