"""HTTP door of calendars: their links for whoever is signed in, what they show for whoever has one."""

import hashlib
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from booking.calendars import handlers
from booking.calendars.handlers import (
    CalendarView,
    DoorView,
    File,
    MakeCalendar,
    RevokeCalendar,
    at_calendar,
)
from booking.calendars.model import CalendarGone
from booking.calendars.ports import draw_token
from booking.sites.handlers import at_site
from chassis.decisions import Target
from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Open, Response, command, creation, query

_ALL: Final = "/v1/territories/{siren:str}/calendars"
_CACHED: Final = "private, no-cache"  # a reader asks again, and is told that nothing changed


@creation(_ALL)
async def make_calendar(door: Door, data: Body[MakeCalendar]) -> Response[CalendarView]:
    """Make a link; its token is shown in this answer alone."""
    token = draw_token()
    act = Act("calendar:make", "calendar", data.calendar_id, handlers.at_wanted(door.principal, data))
    answer = await door.create(act, handlers.make_calendar, data, door.principal, token)
    return _shown_once(answer, token)


@command(_ALL + "/{calendar_id:uuid}/revoke")
async def revoke_calendar(
    door: Door, calendar_id: FromPath[UUID], data: Body[RevokeCalendar]
) -> Response[CalendarView]:
    """End a link at once: one's own, or as staff one of the site."""
    act = Act("calendar:revoke", "calendar", calendar_id, at_calendar(door.principal))
    return await door.command(act, handlers.revoke_calendar, calendar_id, data)


@query(_ALL + "/own")
async def list_own_calendars(door: Door, asked: Asked) -> Response[Listed[CalendarView]]:
    """List the links that one made."""
    person_id = door.principal.person_id
    act = Act("calendar:make", "person", person_id, Target(door.territory_id, owner_id=person_id))
    return await door.page(act, handlers.calendar_page, asked, person_id)


@query("/v1/territories/{siren:str}/sites/{site_id:uuid}/calendars")
async def list_site_calendars(
    door: Door, asked: Asked, site_id: FromPath[UUID]
) -> Response[Listed[CalendarView]]:
    """List the links to a site and to what is there, whoever made them."""
    act = Act("booking:list", "site", site_id, at_site(door.principal))
    return await door.page(act, handlers.calendar_page, asked, None, site_id)


@query(_ALL + "/{file:str}")
async def read_calendar(door: Door, file: FromPath[str]) -> Response[bytes]:
    """Read a calendar by its token, as `{token}.ics`, without a sign-in."""
    token, dot, suffix = file.partition(".")
    if (dot, suffix) != (".", "ics"):
        raise CalendarGone
    answer: Response[Any] = await door.read(Open.ANYONE, handlers.calendar_file, token)
    content = File.model_validate_json(answer.content).content.encode()
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": _CACHED}
    if tag in door.request.headers.get("if-none-match", ""):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {"Content-Disposition": 'inline; filename="maillage.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)


@query(_ALL + "/{token:str}/door")
async def show_door(door: Door, token: FromPath[str]) -> Response[DoorView]:
    """Say by the token of a resource's calendar what takes it now and next."""
    return await door.read(Open.ANYONE, handlers.door_view, token)


def _shown_once(answer: Response[Any], token: str) -> Response[Any]:
    """Put the token into the answer that tells of the link's making, never into one that repeats it."""
    if answer.status_code != HTTPStatus.CREATED:
        return answer
    made = CalendarView.model_validate_json(answer.content).model_copy(update={"token": token})
    return Response(
        made.model_dump_json().encode(),
        status_code=answer.status_code,
        media_type="application/json",
        headers=answer.headers,
    )


ROUTES: Final = [
    make_calendar,
    revoke_calendar,
    list_own_calendars,
    list_site_calendars,
    read_calendar,
    show_door,
]
