"""Signs people in to the portal as a browser without script would, and runs scripts of Chromium."""

import email
import email.policy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from journey import until

BROWSER_TESTS = Path(__file__).parents[1]
CHROMIUM = os.environ.get("MAILLAGE_CHROMIUM", "/usr/bin/chromium")
_TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
_CODE = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with the cookies of their session; nobody has none."""

    name: str
    cookies: Mapping[str, str]


def guest() -> Visitor:
    return Visitor("guest", {})


def signed_in(portal: str, name: str, mail: str, mails: Path) -> Visitor:
    """Ask for the mail, read its code in the folder of caught mails, and give it."""
    with httpx.Client(base_url=portal, follow_redirects=True, timeout=30) as client:
        seen = set(mails.glob("*.eml"))
        form = client.get("/sign-in")
        client.post("/sign-in", data={"_csrf_token": _token(form), "mail": mail}).raise_for_status()
        code = until(
            lambda: next(filter(None, (_code(each, mail) for each in set(mails.glob("*.eml")) - seen)), "")
        )
        form = client.get("/sign-in/code")
        answer = client.post("/sign-in/code", data={"_csrf_token": _token(form), "code": code})
        assert answer.url.path == "/today", answer.text
        cookies = {str(cookie.name): str(cookie.value) for cookie in client.cookies.jar}
    return Visitor(name, cookies)


def run(script: str, order: Mapping[str, Any], timeout: float = 900) -> Any:
    """Run a script of this folder in Node and return the last line it prints, read as JSON."""
    node = shutil.which("node")
    assert node, "Node is missing"
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(BROWSER_TESTS / script)],
        input=json.dumps({"chromium": CHROMIUM, **order}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _token(form: httpx.Response) -> str:
    found = _TOKEN.search(form.raise_for_status().text)
    assert found, form.text
    return found[1]


def _code(file: Path, mail: str) -> str:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    part = message.get_body(("plain",))
    if mail not in str(message["To"]) or part is None:
        return ""
    found = _CODE.search(part.get_content())
    return found[1] if found else ""
