"""Somebody at the portal with a browser that runs no script: forms, cookies, redirections."""

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from journey import Platform, until

_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')


@dataclass(slots=True)
class Letter:
    """A mail to sign in by."""

    code: str
    link: str


@dataclass(slots=True)
class Browser:
    """One browser, and the mails of whoever sits before it."""

    platform: Platform
    client: httpx.Client
    page: httpx.Response | None = None

    def open(self, address: str) -> httpx.Response:
        self.page = self.client.get(address)
        return self.page

    def send(self, action: str, **fields: str) -> httpx.Response:
        """Send a form of the page that is open, as its button would."""
        assert self.page is not None
        assert f'action="{action}"' in self.page.text, f"no form for {action} on {self.page.url}"
        found = _TOKEN.search(self.page.text)
        assert found
        self.page = self.client.post(action, data={"_csrf_token": found[1], **fields})
        return self.page

    def letter(self, mail: str) -> Letter:
        """Ask for the mail of signing in, wait for it and read it."""
        folder = self.platform.data / "mail"
        seen = set(folder.glob("*.eml"))
        self.open("/sign-in")
        self.send("/sign-in", mail=mail)
        letters = until(
            lambda: list(filter(None, (_read(each, mail) for each in set(folder.glob("*.eml")) - seen)))
        )
        return letters[0]

    def sign_in(self, mail: str) -> httpx.Response:
        letter = self.letter(mail)
        return self.send("/sign-in/code", code=letter.code)


@contextmanager
def browser(platform: Platform) -> Iterator[Browser]:
    address = platform.address("portal")
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        yield Browser(platform, client)


def _read(file: Path, mail: str) -> Letter | None:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain",))
    if mail not in str(message["To"]) or part is None:
        return None
    text = str(part.get_content())
    code, link = re.search(r"\b(\d{6})\b", text), re.search(r"(/sign-in\?token=\S+)", text)
    return Letter(code[1], link[1]) if code and link else None
