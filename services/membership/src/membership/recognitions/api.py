"""The HTTP door to recognitions: the territory that recognises agrees and ends, both see."""

from uuid import UUID

from chassis.http import Act, Asked, Body, Door, FromPath, Listed, Response, command, creation, query
from membership.recognitions import handlers
from membership.recognitions.handlers import AgreeRecognition, EndRecognition, PartnerClasses
from membership.recognitions.model import Recognition


@creation("/v1/territories/{siren:str}/recognitions")
async def agree_recognition(door: Door, data: Body[AgreeRecognition]) -> Response[Recognition]:
    """Recognise another territory's qualifications of one class."""
    act = Act("recognition:agree", "recognition", data.recognition_id)
    return await door.create(act, handlers.agree, data)


@command("/v1/territories/{siren:str}/recognitions/{recognition_id:uuid}/end")
async def end_recognition(
    door: Door, recognition_id: FromPath[UUID], data: Body[EndRecognition]
) -> Response[Recognition]:
    """End a recognition before its time."""
    act = Act("recognition:end", "recognition", recognition_id)
    return await door.command(act, handlers.end, recognition_id, data)


@query("/v1/territories/{siren:str}/recognitions")
async def list_recognitions(door: Door, asked: Asked) -> Response[Listed[Recognition]]:
    """List what the territory recognises, and what others recognise of it."""
    act = Act("recognition:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_recognitions, asked)


@query("/v1/territories/{siren:str}/partner-machine-classes")
async def list_partner_classes(door: Door) -> Response[PartnerClasses]:
    """List the classes of the territories that share their qualifications with this one."""
    act = Act("recognition:list", "territory", door.territory_id)
    return await door.read(act, handlers.partner_classes)


ROUTES = [agree_recognition, end_recognition, list_recognitions, list_partner_classes]
