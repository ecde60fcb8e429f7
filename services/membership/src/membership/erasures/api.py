"""The HTTP door to erasures: asked for by the person or an administrator, certified by a link."""

from uuid import UUID

from chassis.decisions import Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    Listed,
    Open,
    Response,
    command,
    creation,
    query,
)
from chassis.problems import language_of
from membership.erasures import handlers, ports
from membership.erasures.handlers import RequestErasure
from membership.erasures.model import Certificate, ErasureShown
from membership.vault import vault


@creation("/v1/territories/{siren:str}/erasures")
async def request_erasure(door: Door, data: Body[RequestErasure]) -> Response[ErasureShown]:
    """Ask that a person be erased: oneself, at once; another, once the platform's operator confirms."""
    target = Target(door.territory_id, owner_id=data.person_id)
    act = Act("erasure:request", "erasure", data.erasure_id, target)
    return await door.create(act, handlers.request_erasure, data, door.principal, vault())


@command("/v1/territories/{siren:str}/erasures/{erasure_id:uuid}/confirm")
async def confirm_erasure(door: Door, erasure_id: FromPath[UUID]) -> Response[ErasureShown]:
    """Confirm an erasure that an administrator asked for; it cannot be undone."""
    act = Act("erasure:confirm", "erasure", erasure_id)
    return await door.command(act, handlers.confirm_erasure, erasure_id, door.principal, vault())


@query("/v1/territories/{siren:str}/erasures")
async def list_erasures(door: Door, asked: Asked) -> Response[Listed[ErasureShown]]:
    """List the erasures asked for here, the last one first."""
    act = Act("erasure:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_erasures, asked, None, vault())


@query("/v1/territories/{siren:str}/my-erasures")
async def list_own(door: Door, asked: Asked) -> Response[Listed[ErasureShown]]:
    """List one's own erasures: what holds one up."""
    own = door.principal.person_id
    return await door.page(Open.SIGNED_IN, handlers.list_erasures, asked, own, vault())


@query("/v1/certificates/{token:str}")
async def show_certificate(door: Door, token: FromPath[str]) -> Response[Certificate]:
    """Show what every service has done of an erasure, to whoever has the link."""
    return await door.read(Open.ANYONE, handlers.certificate, token, vault())


@query("/v1/certificates/{token:str}/pdf")
async def print_certificate(door: Door, token: FromPath[str]) -> Response[bytes]:
    """Print the certificate, in the language asked for."""
    answer = await door.read(Open.ANYONE, handlers.certificate, token, vault())
    found = Certificate.model_validate_json(answer.content)  # type: ignore[arg-type] # bytes, already encoded
    pdf = await ports.typeset(found, language_of(door.request))
    headers = {"Content-Disposition": f'attachment; filename="{found.erasure_id}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


ROUTES = [request_erasure, confirm_erasure, list_erasures, list_own, show_certificate, print_certificate]
