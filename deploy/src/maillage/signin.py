"""`maillage token`: signs somebody in by mail, as they would themselves, through the mail sink."""

from __future__ import annotations

import email
import email.policy
import re
import time
from pathlib import Path
from typing import Any

import httpx

from maillage.sentences import NO_SIGN_IN_MAIL, SIGN_IN_REFUSED, StartError

PATIENCE = 15.0  # seconds until the mail must have come
_CODE = re.compile(r"\b(\d{6})\b")


def sign_in(membership: str, mail: str, caught: Path) -> dict[str, Any]:
    """Ask for a link, read the code from the mail it brings, spend it; return the tokens.

    `membership` is the address of that service, `caught` the folder of the mail sink. Raises StartError.
    """
    seen = {file.name for file in caught.glob("*.eml")}
    with httpx.Client(base_url=membership, timeout=10) as client:
        _ask(client, "/v1/sign-in-links", {"mail": mail, "language": "en"})
        code = _code(mail, caught, seen)
        return _ask(client, "/v1/sign-ins", {"mail": mail, "code": code})


def _ask(client: httpx.Client, path: str, body: dict[str, str]) -> dict[str, Any]:
    try:
        response = client.post(path, json=body)
    except httpx.HTTPError as error:
        raise StartError(SIGN_IN_REFUSED, reason=type(error).__name__) from error
    if response.is_error:
        raise StartError(SIGN_IN_REFUSED, reason=response.json().get("detail", response.status_code))
    answer: dict[str, Any] = response.json()
    return answer


def _code(mail: str, caught: Path, seen: set[str]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for file in sorted(caught.glob("*.eml"), reverse=True):
            if file.name not in seen and (code := _code_in(file, mail)):
                return code
        time.sleep(0.1)
    raise StartError(NO_SIGN_IN_MAIL, mail=mail, folder=caught)


def _code_in(file: Path, mail: str) -> str | None:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain",))
    if mail.lower() not in str(message["To"]).lower() or part is None:
        return None
    found = _CODE.search(part.get_content())
    return found[1] if found else None
