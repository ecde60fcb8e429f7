"""Takes documents in, sealed; shows them to those who may, noting each look; keeps what staff decide."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis import privacy
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.pages import Asked, Page
from chassis.timers import Timer, set_timer
from contracts.membership import (
    DocumentAccepted,
    DocumentExpiring,
    DocumentRefused,
    SupportingDocumentSubmitted,
)
from contracts.values import Instant
from membership.documents import model, store
from membership.documents.model import Document, DocumentErased, DocumentPurged, State
from membership.persons import store as persons
from membership.plans import handlers as plans
from membership.plans.model import Code
from membership.vault import Vault

REMINDER: Final = "document-reminder"
_NAME, _CONTENT = "file_name", "content"
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^\P{C}+$")
]


class AnnounceDocument(BaseModel):
    """Announce a document that proves a person's audience; its content follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_id: UUID
    person_id: UUID
    audience: Code
    kind: Code
    file_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class AcceptDocument(BaseModel):
    """Accept a document: the day is the first one on which it proves nothing any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_until: date


class RefuseDocument(BaseModel):
    """Refuse a document, for a reason that the person reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Text


class DocumentRef(BaseModel):
    """Which document was meant, and what became of it; an answer that is kept holds no file name."""

    model_config = ConfigDict(frozen=True)

    document_id: UUID
    state: State


class DocumentShown(DocumentRef):
    """A document as lists show it, without its content; the name of an erased person's file is gone."""

    person_id: UUID
    audience: str
    kind: str
    file_name: str | None
    media_type: str | None
    size: int | None
    valid_until: date | None
    reason: str | None


class DocumentFile(BaseModel):
    """The content of a document, and what it is."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    media_type: str
    content: bytes


class ViewShown(BaseModel):
    """One look at a document: whose, when, and why."""

    model_config = ConfigDict(frozen=True)

    view_id: UUID
    viewer_id: UUID
    why: str
    seen_at: Instant


async def announce_document(tx: Tx, wanted: AnnounceDocument, vault: Vault) -> DocumentRef:
    """Announce a document of a person whom the territory knows. Raises TerritoryNotOpen, NotFound."""
    await plans.today(tx)
    if not await persons.is_known(tx, wanted.person_id):
        raise NotFound(what="person", id=str(wanted.person_id))
    key = await _key(tx, wanted.person_id, vault)
    sealed = privacy.seal(key, wanted.person_id, _field(wanted.document_id, _NAME), wanted.file_name)
    columns = wanted.model_dump(exclude={"file_name"})
    await store.insert(tx, Document(**columns, file_name=sealed, state="announced"), await tx.now())
    return DocumentRef(document_id=wanted.document_id, state="announced")


async def submit_content(tx: Tx, content: bytes, document_id: UUID, vault: Vault) -> DocumentRef:
    """Keep the content of a document, sealed. Raises DocumentThere, DocumentOfOtherType."""
    found = await store.locked(tx, document_id)
    model.check_awaits_content(found)
    kept = replace(found, state="submitted", media_type=model.media_type(content), size=len(content))
    key = await _key(tx, found.person_id, vault)
    sealed = privacy.seal_bytes(key, found.person_id, _field(document_id, _CONTENT), content)
    now = await tx.now()
    await store.keep_content(tx, kept, sealed, now)
    tx.emit(SupportingDocumentSubmitted(**_told(kept), submitted_at=now))
    return _ref(kept)


async def accept(tx: Tx, document_id: UUID, wanted: AcceptDocument, reviewer_id: UUID) -> Document:
    """Accept a document, and have its person reminded before it ends.

    Raises DocumentNotAwaited, DocumentOver, OwnDocument.
    """
    found = await store.locked(tx, document_id)
    model.check_awaits_decision(found, reviewer_id)
    model.check_lasts(wanted.valid_until, await plans.today(tx))
    accepted = replace(found, state="accepted", valid_until=wanted.valid_until)
    now = await tx.now()
    await store.decide(tx, accepted, reviewer_id, now)
    reminded_on = wanted.valid_until - model.REMINDED
    await set_timer(tx, REMINDER, document_id, await plans.midnight(tx, reminded_on))
    tx.emit(DocumentAccepted(**_told(accepted), valid_until=wanted.valid_until, accepted_at=now))
    return accepted


async def refuse(tx: Tx, document_id: UUID, wanted: RefuseDocument, reviewer_id: UUID) -> DocumentRef:
    """Refuse a document. Raises DocumentNotAwaited, OwnDocument."""
    found = await store.locked(tx, document_id)
    model.check_awaits_decision(found, reviewer_id)
    refused = replace(found, state="refused", reason=wanted.reason)
    now = await tx.now()
    await store.decide(tx, refused, reviewer_id, now)
    tx.emit(DocumentRefused(**_told(refused), reason=wanted.reason, refused_at=now))
    return _ref(refused)


async def remind(tx: Tx, timer: Timer) -> None:
    """Tell that a document ends soon, unless a newer one was accepted."""
    found = await store.document(tx, UUID(timer.timer_id))
    if found is None or found.valid_until is None:
        return
    last = await store.accepted_until(tx, found.person_id, found.audience, [found.kind])
    if last == found.valid_until and found.valid_until > await plans.today(tx):
        tx.emit(DocumentExpiring(**_told(found), valid_until=found.valid_until))


async def open_document(
    tx: Tx, document_id: UUID, viewer_id: UUID, why: str, vault: Vault
) -> DocumentFile | None:
    """Return the content of a document, and note the look. Raises DocumentErased, DocumentPurged."""
    found, sealed = await store.document(tx, document_id), await store.content(tx, document_id)
    if found is None or sealed is None or found.media_type is None:
        return None
    key = await _key(tx, found.person_id, vault)
    if not sealed:
        raise DocumentPurged
    await store.note_view(tx, new_id(), document_id, viewer_id, why)
    content = privacy.unseal_bytes(key, found.person_id, _field(document_id, _CONTENT), sealed)
    return DocumentFile(media_type=found.media_type, content=content)


async def list_documents(
    tx: Tx, asked: Asked, state: State | None, person_id: UUID | None, vault: Vault
) -> Page[DocumentShown]:
    """Return documents, those announced first first, with the names of their files."""
    page = await store.documents(tx, asked, state, person_id)
    sealings = [(each.person_id, _field(each.document_id, _NAME), each.file_name) for each in page.items]
    names = await privacy.unseal_many(tx, vault.kek, sealings)
    return Page([_shown(each, name) for each, name in zip(page.items, names, strict=True)], page.last)


async def list_views(tx: Tx, asked: Asked, document_id: UUID) -> Page[ViewShown]:
    """Return who looked at a document, the last look first."""
    page = await store.views(tx, asked, document_id)
    return Page([ViewShown.model_validate(dict(row)) for row in page.items], page.last)


async def _key(tx: Tx, person_id: UUID, vault: Vault) -> bytes:
    wrapped = (await privacy.keys_of(tx, [person_id])).get(person_id)
    if wrapped is None:
        raise DocumentErased
    return privacy.unwrap(vault.kek, wrapped)


def _field(document_id: UUID, name: str) -> str:
    return f"document/{document_id}/{name}"


def _told(document: Document) -> dict[str, Any]:
    names = ("document_id", "person_id", "audience", "kind")
    return {name: getattr(document, name) for name in names}


def _ref(document: Document) -> DocumentRef:
    return DocumentRef(document_id=document.document_id, state=document.state)


def _shown(document: Document, name: str | None) -> DocumentShown:
    values = {field: getattr(document, field) for field in DocumentShown.model_fields if field != _NAME}
    return DocumentShown(**values, file_name=name)
