"""Hands mails to the relay that MAILLAGE_SMTP_URL names."""

from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chassis.errors import Fault

_TIMEOUT: Final = 20  # seconds of one conversation, under what a try of an effect may take
_PORTS: Final = {"smtp": 25, "smtps": 465}
_FOR_GOOD: Final = range(550, 560)  # RFC 5321 §4.2.3: no such mailbox, refused by policy, too large


class RelayMissingError(Fault):
    """No mail relay is set: MAILLAGE_SMTP_URL is empty."""


class AddressRefusedError(Fault):
    """The relay refuses the recipient for good."""


class Relay:
    """The mail relay: smtp://[user:password@]host[:port], or smtps:// for TLS from the first byte.

    Over smtp:// the conversation turns to TLS where the relay offers it.
    """

    def __init__(self, url: str | None) -> None:
        self._url = url

    async def hand_over(self, mail: EmailMessage) -> None:
        """Give the mail to the relay.

        Raises AddressRefusedError, RelayMissingError, OSError and aiosmtplib.SMTPException.
        """
        if self._url is None:
            raise RelayMissingError("MAILLAGE_SMTP_URL is empty")
        parts = urlsplit(self._url)
        try:
            await aiosmtplib.send(
                mail,
                hostname=parts.hostname,
                port=parts.port or _PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                timeout=_TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refusal.code in _FOR_GOOD for refusal in error.recipients):
                raise AddressRefusedError(
                    "the relay refuses the recipient"
                ) from None  # its answer has the address
            raise
