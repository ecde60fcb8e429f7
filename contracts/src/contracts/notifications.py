"""Owns every fact that notifications tells: messages to people, partners and what they may read."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Fact, Topic
from contracts.erasure import ErasureReceipt
from contracts.marks import Known, about
from contracts.values import Day, Instant, Language, PersonId

MESSAGES = Topic("notifications.messages.v1", key="message_id", partitions=12)
PARTNERS = Topic("notifications.partners.v1", key="partner_id")
NOTIFICATIONS_ERASURES = Topic("notifications.erasures.v1", key="erasure_id")

MessageId = Annotated[UUID, about("A message.", "0195a1b0-5c00-7000-8000-000000000020")]
PartnerId = Annotated[
    UUID, about("A partner: whose system reads events.", "0195a1b0-5c00-7000-8000-000000000021")
]
AgreementId = Annotated[
    UUID, about("The agreement of one partner with one territory.", "0195a1b0-5c00-7000-8000-000000000022")
]


class MessageState(Fact):
    """What a reader needs of a message whatever becomes of it; its text never travels."""

    message_id: MessageId
    person_id: Annotated[PersonId, about("The person it is for, opaquely.")]
    channel: Annotated[str, Known("mail", "inbox"), about("How it reaches the person.", "mail")]
    template: Annotated[str, about("Which message it is.", "booking-confirmed")]
    language: Language
    cause_event_id: Annotated[
        UUID, about("The event that caused it.", "0195a1b0-5c00-7000-8000-000000000023")
    ]
    cause_type: Annotated[str, about("Type of that event.", "maillage.booking.BookingConfirmed.v1")]
    cause_aggregate_id: Annotated[
        str, about("What that event is about.", "0195a1b0-5c00-7000-8000-000000000008")
    ]


class MessageQueued(MessageState, topic=MESSAGES):
    """A message to a person was written and waits to be sent."""

    queued_at: Annotated[Instant, about("When it was written, business time of the territory.")]


class MessageSent(MessageState, topic=MESSAGES):
    """The next system accepted the message: the mail server, or the person's inbox here."""

    mail_message_id: Annotated[
        str | None,
        about("Message-ID of the mail, the same at every attempt.", "<0195a1b0@notifications.maillage>"),
    ] = None
    attempts: Annotated[int, Field(ge=1), about("Attempts made.", 1)]
    sent_at: Annotated[Instant, about("When it was accepted, business time of the territory.")]


class MessageFailed(MessageState, topic=MESSAGES):
    """The message was given up: no contact, an address that is refused, or attempts used up."""

    reason: Annotated[
        str,
        Known("no_contact", "address_refused", "attempts_used_up", "person_erased"),
        about("Why it was given up.", "address_refused"),
    ]
    attempts: Annotated[int, Field(ge=0), about("Attempts made.", 6)]
    failed_at: Annotated[Instant, about("When it was given up, business time of the territory.")]


class PartnerOpened(Fact, topic=PARTNERS):
    """A partner has an account in the territory; it reads nothing before an agreement."""

    partner_id: PartnerId
    name: Annotated[str, about("Name of the partner.", "CCI de l'Aude")]
    opened_at: Annotated[Instant, about("When it was opened, business time of the territory.")]


class PartnerAgreementSigned(Fact, topic=PARTNERS):
    """The territory lets a partner read certain events, for a purpose and a time."""

    partner_id: PartnerId
    agreement_id: AgreementId
    event_types: Annotated[
        tuple[str, ...],
        about("Types of event the partner may read.", ["maillage.booking.BookingConfirmed.v1"]),
    ]
    purpose: Annotated[str, about("What the partner reads them for.", "Statistiques d'occupation")]
    valid_from: Annotated[Day, about("First day of the agreement.", "2026-03-01")]
    valid_until: Annotated[Day | None, about("First day after the agreement.")] = None
    signed_at: Annotated[Instant, about("When it was signed, business time of the territory.")]


class PartnerAgreementEnded(Fact, topic=PARTNERS):
    """A partner no longer reads the territory's events under that agreement."""

    partner_id: PartnerId
    agreement_id: AgreementId
    ended_on: Annotated[Day, about("First day without the agreement.", "2026-09-01")]
    reason: Annotated[str | None, about("Reason given, in words.", "Fin de la convention")] = None


class NotificationTracesErased(ErasureReceipt, topic=NOTIFICATIONS_ERASURES):
    """Notifications took the person's traces away."""
