"""Owns the facts about supporting documents: what proves of somebody which audience, and until when.

Neither the document nor the name of its file ever travels.
"""

from typing import Annotated
from uuid import UUID

from contracts.envelope import Fact, Topic
from contracts.marks import Known, about
from contracts.values import Audience, Day, Instant, PersonId

DOCUMENTS = Topic("membership.documents.v1", key="document_id")

DocumentId = Annotated[UUID, about("A supporting document.", "0195a1b0-5c00-7000-8000-000000000035")]


class DocumentState(Fact):
    """What a supporting document is to prove, and of whom."""

    document_id: DocumentId
    person_id: PersonId
    audience: Audience
    kind: Annotated[
        str,
        Known("student_card", "school_certificate", "employer_certificate", "incubation_contract"),
        about("Kind of proof, as the plan names it.", "student_card"),
    ]


class SupportingDocumentSubmitted(DocumentState, topic=DOCUMENTS):
    """Somebody hands in a document, which staff are to look at."""

    submitted_at: Annotated[Instant, about("When it was handed in, business time of the territory.")]


class DocumentAccepted(DocumentState, topic=DOCUMENTS):
    """A document proves the audience until a day."""

    valid_until: Annotated[Day, about("First day on which it proves nothing any more.", "2026-10-01")]
    accepted_at: Annotated[Instant, about("When it was accepted, business time of the territory.")]


class DocumentRefused(DocumentState, topic=DOCUMENTS):
    """A document proves nothing, for a reason."""

    reason: Annotated[str, about("Reason given, in words.", "La date est illisible")]
    refused_at: Annotated[Instant, about("When it was refused, business time of the territory.")]


class DocumentExpiring(DocumentState, topic=DOCUMENTS):
    """A document that was accepted proves for some days more only, and no newer one was accepted."""

    valid_until: Annotated[Day, about("First day on which it proves nothing any more.", "2026-10-01")]
