"""The HTTP door to qualifications: decided by trainers of the class, seen by staff and by their holder."""

from uuid import UUID

from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Response,
    command,
    creation,
    query,
)
from membership.persons import store as persons
from membership.qualifications import handlers
from membership.qualifications.handlers import QualificationShown
from membership.qualifications.model import AwardQualification, RenewQualification, RevokeQualification
from membership.vault import vault


@creation("/v1/territories/{siren:str}/qualifications")
async def award_qualification(door: Door, data: Body[AwardQualification]) -> Response[QualificationShown]:
    """Award a qualification, as a trainer of its class."""
    act = Act("qualification:award", "qualification", data.qualification_id)
    return await door.create(act, handlers.award, data, door.principal)


@command("/v1/territories/{siren:str}/qualifications/{qualification_id:uuid}/renew")
async def renew_qualification(
    door: Door, qualification_id: FromPath[UUID], data: Body[RenewQualification]
) -> Response[QualificationShown]:
    """Renew a qualification, as a trainer of its class."""
    act = Act("qualification:award", "qualification", qualification_id)
    return await door.command(act, handlers.renew, qualification_id, data, door.principal)


@command("/v1/territories/{siren:str}/qualifications/{qualification_id:uuid}/revoke")
async def revoke_qualification(
    door: Door, qualification_id: FromPath[UUID], data: Body[RevokeQualification]
) -> Response[QualificationShown]:
    """Revoke a qualification, for a reason."""
    act = Act("qualification:revoke", "qualification", qualification_id)
    return await door.command(act, handlers.revoke, qualification_id, data, door.principal)


@query("/v1/territories/{siren:str}/qualifications")
async def list_qualifications(
    door: Door, asked: Asked, machine_class_id: FromQuery[UUID | None] = None
) -> Response[Listed[QualificationShown]]:
    """List who is or was qualified, for one class or for any."""
    act = Act("qualification:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_qualifications, asked, machine_class_id, None, vault())


@query("/v1/territories/{siren:str}/persons/{person_id:uuid}/qualifications")
async def list_of_person(
    door: Door, asked: Asked, person_id: FromPath[UUID]
) -> Response[Listed[QualificationShown]]:
    """List a person's qualifications, ended ones too, to the person and to staff."""
    act = Act("qualification:see", "person", person_id, persons.target)
    return await door.page(act, handlers.list_qualifications, asked, None, person_id, vault())


ROUTES = [
    award_qualification,
    renew_qualification,
    revoke_qualification,
    list_qualifications,
    list_of_person,
]
