"""Decides what a mail looks like on the wire."""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, under which Message-ID."""

    sender_name: str
    sender: str
    recipient_name: str = field(repr=False)
    recipient: str = field(repr=False)
    message_id: str


def mail(
    envelope: Envelope, subject: str, forms: tuple[str, str], language: str, at: datetime
) -> EmailMessage:
    """Build a mail of plain text and HTML; raises ValueError or HeaderParseError for a bad address."""
    message = EmailMessage()
    message["Message-ID"] = envelope.message_id
    message["Date"] = format_datetime(at)
    message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    message["To"] = Address(envelope.recipient_name, addr_spec=envelope.recipient)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    text, html = forms
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = language  # setting the content drops headers of that family
    return message
