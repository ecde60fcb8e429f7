"""The HTTP door to documents: handed in by the person or the desk, opened for a reason."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar.params import QueryParameter

from chassis.db import Tx
from chassis.decisions import Target
from chassis.http import (
    Act,
    Asked,
    Body,
    Door,
    FromPath,
    FromQuery,
    Listed,
    Open,
    Response,
    creation,
    query,
    upload,
)
from membership.documents import handlers, store
from membership.documents.handlers import (
    AnnounceDocument,
    DocumentFile,
    DocumentRef,
    DocumentShown,
    ViewShown,
)
from membership.documents.model import LARGEST, State
from membership.vault import vault

_EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@creation("/v1/territories/{siren:str}/documents")
async def announce_document(door: Door, data: Body[AnnounceDocument]) -> Response[DocumentRef]:
    """Announce a document that proves an audience, one's own or another person's."""
    target = Target(door.territory_id, owner_id=data.person_id)
    act = Act("document:submit", "document", data.document_id, target)
    return await door.create(act, handlers.announce_document, data, vault())


@upload("/v1/territories/{siren:str}/documents/{document_id:uuid}/content")
async def submit_content(door: Door, document_id: FromPath[UUID]) -> Response[DocumentRef]:
    """Hand in the content of a document: the bytes of a PDF, JPEG or PNG, 5 MiB at most."""
    act = Act("document:submit", "document", document_id, target)

    async def keep(tx: Tx, content: bytes) -> DocumentRef:
        return await handlers.submit_content(tx, content, document_id, vault())

    return await door.upload(act, LARGEST, keep)


@query("/v1/territories/{siren:str}/documents/{document_id:uuid}/content")
async def open_document(
    door: Door,
    document_id: FromPath[UUID],
    why: Annotated[str, QueryParameter(min_length=3, max_length=200, description="Why it is opened.")],
) -> Response[bytes]:
    """Open a document for a reason; the look is noted."""
    act = Act("document:open", "document", document_id, target)
    answer: Response[Any] = await door.read(
        act, handlers.open_document, document_id, door.principal.person_id, why, vault()
    )
    file = DocumentFile.model_validate_json(answer.content)
    name = f"{document_id}.{_EXTENSIONS[file.media_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


@query("/v1/territories/{siren:str}/documents/{document_id:uuid}/views")
async def list_views(door: Door, asked: Asked, document_id: FromPath[UUID]) -> Response[Listed[ViewShown]]:
    """List who opened a document, when and why: the person concerned may read it too."""
    act = Act("document:views", "document", document_id, target)
    return await door.page(act, handlers.list_views, asked, document_id)


@query("/v1/territories/{siren:str}/documents")
async def list_documents(
    door: Door,
    asked: Asked,
    in_state: FromQuery[State | None] = None,
    person_id: FromQuery[UUID | None] = None,
) -> Response[Listed[DocumentShown]]:
    """List documents: those to decide by `in_state=submitted`, or those of a person."""
    act = Act("document:list", "territory", door.territory_id)
    return await door.page(act, handlers.list_documents, asked, in_state, person_id, vault())


@query("/v1/territories/{siren:str}/my-documents")
async def list_own(door: Door, asked: Asked) -> Response[Listed[DocumentShown]]:
    """List one's own documents."""
    own = door.principal.person_id
    return await door.page(Open.SIGNED_IN, handlers.list_documents, asked, None, own, vault())


async def target(tx: Tx, document_id: UUID) -> Target | None:
    """Say whose a document is."""
    found = await store.document(tx, document_id)
    return Target(tx.territory_id, owner_id=found.person_id) if found else None


ROUTES = [announce_document, submit_content, open_document, list_views, list_documents, list_own]
