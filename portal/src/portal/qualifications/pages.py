"""The pages of qualifications: mine, the classes of machines, who is able, what is recognised of others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.ids import new_id
from portal.pages import Form, Services, SignedIn, page, redirect
from portal.persons import person_of
from portal.places import Place, place, territory_names
from portal.qualifications import model
from portal.session import Visitor
from portal.upstream import Json, Refused, Upstream

AnyRequest = Request[Any, Any, Any]
Acting = Callable[[Place], Awaitable[object]]
_MOST: Final = {"limit": 200}
_DONE: Final = ("defined", "agreed", "ended")
_DONE_TO_CLASS: Final = ("changed", "appointed", "dismissed", "awarded", "renewed", "revoked")


@get("/qualifications")
async def qualifications(request: AnyRequest, visitor: SignedIn, upstream: Services) -> Template:
    """Show the visitor's own qualifications, the classes of machines, and what is recognised of others."""
    here = await place(visitor, upstream)
    return await _all(here, visitor, upstream, done=request.query_params.get("done", ""))


@post("/qualifications/define")
async def define(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Define a class of machines."""
    here = await place(visitor, upstream)
    body = {"machine_class_id": data.get("class", ""), **model.rules(data)}
    try:
        await upstream.post("membership", f"{here.base}/machine-classes", body)
    except Refused as refusal:
        return await _all(here, visitor, upstream, values=data, refusal=refusal)
    return redirect("/qualifications?done=defined")


@post("/qualifications/agree")
async def agree(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """Recognise another territory's qualifications of a class."""
    here = await place(visitor, upstream)
    home_id, _colon, home_class_id = data.get("theirs", "").partition(":")
    body = {
        "recognition_id": data.get("recognition", ""),
        "home_territory_id": home_id,
        "home_machine_class_id": home_class_id,
        "machine_class_id": data.get("ours", ""),
        "highest_level": data.get("highest_level") or "1",
        "valid_from": data.get("valid_from", ""),
        "valid_until": data.get("valid_until") or None,
    }
    try:
        await upstream.post("membership", f"{here.base}/recognitions", body)
    except Refused as refusal:
        return await _all(here, visitor, upstream, values=data, refusal=refusal)
    return redirect("/qualifications?done=agreed")


@post("/qualifications/end")
async def end(visitor: SignedIn, upstream: Services, data: Form) -> Template | Redirect:
    """End a recognition."""
    here = await place(visitor, upstream)
    path = f"{here.base}/recognitions/{quote(data.get('recognition', ''), safe='')}/end"
    try:
        await upstream.post("membership", path, {"ended_on": data.get("ended_on", "")}, data.get("key"))
    except Refused as refusal:
        return await _all(here, visitor, upstream, refusal=refusal)
    return redirect("/qualifications?done=ended")


@get("/qualifications/{class_id:uuid}")
async def one(
    request: AnyRequest, visitor: SignedIn, upstream: Services, class_id: FromPath[UUID]
) -> Template:
    """Show who trains for a class and who is qualified, and decide upon it."""
    here = await place(visitor, upstream)
    return await _class(here, visitor, upstream, class_id, {"done": request.query_params.get("done", "")})


@post("/qualifications/{class_id:uuid}/change")
async def change(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Change the names, levels and months of a class."""

    async def act(here: Place) -> None:
        path = f"{here.base}/machine-classes/{class_id}/change"
        await upstream.post("membership", path, model.rules(data), data.get("key"))

    return await _acted(visitor, upstream, class_id, data, (act, "changed"))


@post("/qualifications/{class_id:uuid}/appoint")
async def appoint(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Appoint a trainer of the class, from today on."""

    async def act(here: Place) -> None:
        person_id = await person_of(here, upstream, data.get("mail", "").strip())
        body = {"person_id": person_id, "appointed_from": here.today.isoformat()}
        path = f"{here.base}/machine-classes/{class_id}/trainers"
        await upstream.post("membership", path, body, data.get("key"))

    return await _acted(visitor, upstream, class_id, data, (act, "appointed"))


@post("/qualifications/{class_id:uuid}/dismiss")
async def dismiss(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Let a trainer train no more, from today on."""

    async def act(here: Place) -> None:
        trainer = quote(data.get("person", ""), safe="")
        path = f"{here.base}/machine-classes/{class_id}/trainers/{trainer}/dismiss"
        await upstream.post("membership", path, {"dismissed_from": here.today.isoformat()}, data.get("key"))

    return await _acted(visitor, upstream, class_id, data, (act, "dismissed"))


@post("/qualifications/{class_id:uuid}/award")
async def award(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Award a qualification to the person with a mail address."""

    async def act(here: Place) -> None:
        body = {
            "qualification_id": data.get("qualification", ""),
            "person_id": await person_of(here, upstream, data.get("mail", "").strip()),
            "machine_class_id": str(class_id),
            "level": data.get("level") or "1",
            "evidence": {"test": data.get("test", "")},
        }
        await upstream.post("membership", f"{here.base}/qualifications", body)

    return await _acted(visitor, upstream, class_id, data, (act, "awarded"))


@post("/qualifications/{class_id:uuid}/renew")
async def renew(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Renew a qualification."""

    async def act(here: Place) -> None:
        body = {"evidence": {"test": data.get("test", "")}}
        await upstream.post("membership", _of(here, data, "renew"), body, data.get("key"))

    return await _acted(visitor, upstream, class_id, data, (act, "renewed"))


@post("/qualifications/{class_id:uuid}/revoke")
async def revoke(
    visitor: SignedIn, upstream: Services, class_id: FromPath[UUID], data: Form
) -> Template | Redirect:
    """Take a qualification back."""

    async def act(here: Place) -> None:
        body = {"reason": data.get("reason", "")}
        await upstream.post("membership", _of(here, data, "revoke"), body, data.get("key"))

    return await _acted(visitor, upstream, class_id, data, (act, "revoked"))


async def _acted(
    visitor: Visitor, upstream: Upstream, class_id: UUID, data: dict[str, str], acting: tuple[Acting, str]
) -> Template | Redirect:
    here, (act, done) = await place(visitor, upstream), acting
    try:
        await act(here)
    except Refused as refusal:
        return await _class(here, visitor, upstream, class_id, data, refusal)
    return redirect(f"/qualifications/{class_id}?done={done}")


async def _all(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    *,
    done: str = "",
    values: dict[str, str] | None = None,
    refusal: Refused | None = None,
) -> Template:
    classes, mine, (recognitions, partners) = await asyncio.gather(
        _items(upstream, f"{here.base}/machine-classes"),
        _items(upstream, f"{here.base}/persons/{visitor.person_id}/qualifications"),
        _recognised(here, visitor, upstream),
    )
    given, taken = model.split(recognitions, visitor.territory, here.today.isoformat())
    sirens = model.sirens(mine, given, taken, partners)
    return page(
        visitor,
        "qualifications/list.html",
        status=refusal.status if refusal else 200,
        place=here,
        classes={each["machine_class_id"]: each for each in classes},
        mine=mine,
        given=given,
        taken=taken,
        partners={each["machine_class_id"]: each for each in partners},
        territories=await territory_names(upstream, sirens - {visitor.territory}),
        new_id=str(new_id()),
        model=model,
        values=values or {},
        done=done if done in _DONE else "",
        refusal=refusal,
    )


async def _class(
    here: Place,
    visitor: Visitor,
    upstream: Upstream,
    class_id: UUID,
    values: dict[str, str],
    refusal: Refused | None = None,
) -> Template:
    path = f"{here.base}/machine-classes/{class_id}"
    rules = await upstream.get("membership", path)
    trainers: list[Json] = []
    held: list[Json] = []
    if visitor.trains:
        of_class = {"machine_class_id": str(class_id)}
        trainers, held = await asyncio.gather(
            _items(upstream, f"{path}/trainers"), _items(upstream, f"{here.base}/qualifications", of_class)
        )
    return page(
        visitor,
        "qualifications/one.html",
        status=refusal.status if refusal else 200,
        place=here,
        rules=rules,
        trainers=trainers,
        held=held,
        territories=await territory_names(upstream, model.sirens(held)),
        new_id=str(new_id()),
        model=model,
        values=model.fields(rules) | values,
        done=done if (done := values.get("done", "")) in _DONE_TO_CLASS else "",
        refusal=refusal,
    )


async def _recognised(here: Place, visitor: Visitor, upstream: Upstream) -> tuple[list[Json], list[Json]]:
    """List the recognitions and the classes that partners share: to staff alone."""
    if not visitor.is_desk:
        return [], []
    recognitions, partners = await asyncio.gather(
        _items(upstream, f"{here.base}/recognitions"),
        _items(upstream, f"{here.base}/partner-machine-classes"),
    )
    return recognitions, partners


async def _items(upstream: Upstream, path: str, asked: Json | None = None) -> list[Json]:
    found: list[Json] = (await upstream.get("membership", path, {**_MOST, **(asked or {})}))["items"]
    return found


def _of(here: Place, data: dict[str, str], verb: str) -> str:
    return f"{here.base}/qualifications/{quote(data.get('qualification', ''), safe='')}/{verb}"


ROUTES: Final = [
    qualifications,
    define,
    agree,
    end,
    one,
    change,
    appoint,
    dismiss,
    award,
    renew,
    revoke,
]
