"""Decides which files are taken as documents, and when one is accepted, refused or about to end."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

from chassis.errors import Refused

State = Literal["announced", "submitted", "accepted", "refused"]

LARGEST: Final = 5 * 1024 * 1024  # bytes
REMINDED: Final = timedelta(days=30)
_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class DocumentOfOtherType(Refused):
    """The file is neither PDF nor JPEG nor PNG, whatever its name says."""

    status = 422
    fr = "Le fichier n'est ni un PDF, ni un JPEG, ni un PNG, quoi qu'en dise son nom."
    cure = ("Photograph or scan the document again.", "Photographiez ou numérisez de nouveau le document.")


class DocumentThere(Refused):
    """The content of document {document_id} is there already: it is {state}."""

    fr = "Le contenu du document {document_id} est déjà là : il est à l'état « {state} »."
    cure = ("Hand in another document.", "Déposez un autre document.")


class DocumentNotAwaited(Refused):
    """The document {document_id} is {state}: only one that was handed in is decided upon."""

    fr = "Le document {document_id} est à l'état « {state} » : seul un document déposé se décide."
    cure = (
        "See the documents to decide at /documents?in_state=submitted.",
        "Voyez /documents?in_state=submitted.",
    )


class DocumentOver(Refused):
    """The document would prove until {valid_until}, which is not after today, {today}."""

    status = 422
    fr = "Le document prouverait jusqu'au {valid_until}, qui ne suit pas ce jour, le {today}."
    cure = ("Give a later day, or refuse the document.", "Donnez un jour postérieur, ou refusez le document.")


class OwnDocument(Refused):
    """Nobody decides upon their own document."""

    status = 403
    fr = "Nul ne décide de son propre document."
    cure = ("Ask a colleague.", "Demandez à un collègue.")


class DocumentErased(Refused):
    """The person's key is destroyed: the document opens no more."""

    fr = "La clé de la personne est détruite : le document ne s'ouvre plus."
    cure = ("There is nothing to do.", "Il n'y a rien à faire.")


class DocumentPurged(Refused):
    """The document served its time: what it proved stays, its content was purged."""

    fr = "La pièce a fait son temps : ce qu'elle a prouvé demeure, son contenu a été purgé."
    cure = (
        "Ask the person for a new document if one is needed.",
        "Demandez une nouvelle pièce à la personne s'il en faut une.",
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A document, without its content; `file_name` is sealed."""

    document_id: UUID
    person_id: UUID
    audience: str
    kind: str
    file_name: str
    state: State
    media_type: str | None = None
    size: int | None = None
    valid_until: date | None = None
    reason: str | None = None


def media_type(content: bytes) -> str:
    """Return what a file is by how it begins. Raises DocumentOfOtherType."""
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    raise DocumentOfOtherType


def check_awaits_content(document: Document) -> None:
    """Refuse a second content. Raises DocumentThere."""
    if document.state != "announced":
        raise DocumentThere(document_id=str(document.document_id), state=document.state)


def check_awaits_decision(document: Document, reviewer_id: UUID) -> None:
    """Refuse to decide twice, too early, or upon one's own. Raises DocumentNotAwaited, OwnDocument."""
    if document.person_id == reviewer_id:
        raise OwnDocument
    if document.state != "submitted":
        raise DocumentNotAwaited(document_id=str(document.document_id), state=document.state)


def check_lasts(valid_until: date, today: date) -> None:
    """Refuse an end that is over. Raises DocumentOver."""
    if valid_until <= today:
        raise DocumentOver(valid_until=str(valid_until), today=str(today))
