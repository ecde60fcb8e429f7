"""Mails as they arrived at the sink of the platform: found by address, read when somebody opens them."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_CODE = re.compile(r"\b(\d{6})\b")
_RECIPIENTS = re.compile(rb"^X-Rcpt-To: (.+?)\r?$", re.MULTILINE)
_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_SOON = 0.05  # seconds after which it is worth looking again


@dataclass
class Mail:
    """A mail as the sink keeps it."""

    content: bytes

    @cached_property
    def message_id(self) -> str:
        """The id that a repetition would share."""
        found = _ID.search(self.content)
        return found[1].decode() if found else ""

    @cached_property
    def text(self) -> str:
        """Its subject and its plain text."""
        message = email.message_from_bytes(self.content, policy=email.policy.default)
        part = message.get_body(("plain",))
        return f"{message['Subject']}\n{part.get_content() if part is not None else ''}"


@dataclass(slots=True)
class Post:
    """The folder of the sink."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    boxes: dict[str, list[Mail]] = field(default_factory=lambda: defaultdict(list))
    looked: float = 0.0

    def look(self) -> None:
        """Take what has arrived since the last look, unless that was a moment ago."""
        if time.monotonic() - self.looked < _SOON:
            return
        for file in sorted(self.folder.glob("*.eml")):
            if file.name not in self.seen:
                self.seen.add(file.name)
                self._take(file.read_bytes())
        self.looked = time.monotonic()

    def box(self, address: str) -> list[Mail]:
        """Return the mails to an address, the oldest first."""
        return self.boxes[address.casefold()]

    def codes(self, address: str, since: int) -> list[str]:
        """Return the sign-in codes among the mails of an address, the first `since` left out."""
        found = (_CODE.findall(mail.text) for mail in self.box(address)[since:])
        return [codes[-1] for codes in found if codes]  # the link before it may hold digits too

    def _take(self, content: bytes) -> None:
        recipients = _RECIPIENTS.search(content)
        mail = Mail(content)
        for address in recipients[1].decode().split(",") if recipients else ():
            self.boxes[address.strip().casefold()].append(mail)
