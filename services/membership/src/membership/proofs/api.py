"""The HTTP door to decisions upon documents."""

from uuid import UUID

from chassis.http import Act, Body, Door, FromPath, Response, command
from membership.documents.api import target
from membership.documents.handlers import AcceptDocument, DocumentRef, RefuseDocument
from membership.proofs import handlers


@command("/v1/territories/{siren:str}/documents/{document_id:uuid}/accept")
async def accept_document(
    door: Door, document_id: FromPath[UUID], data: Body[AcceptDocument]
) -> Response[DocumentRef]:
    """Accept a document until a day."""
    act = Act("document:review", "document", document_id, target)
    return await door.command(act, handlers.accept_document, document_id, data, door.principal)


@command("/v1/territories/{siren:str}/documents/{document_id:uuid}/refuse")
async def refuse_document(
    door: Door, document_id: FromPath[UUID], data: Body[RefuseDocument]
) -> Response[DocumentRef]:
    """Refuse a document, for a reason."""
    act = Act("document:review", "document", document_id, target)
    return await door.command(act, handlers.refuse_document, document_id, data, door.principal)


ROUTES = [accept_document, refuse_document]
