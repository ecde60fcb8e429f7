"""A partner's machine, which reads a feed with curl and with a program in Node."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from journey import Json

PROGRAM = Path(__file__).parents[1] / "partner"


@dataclass(frozen=True, slots=True)
class Listener:
    """A partner's machine: it has an address and a key, and nothing else of ours."""

    feed: str
    key: str

    def by_page(self, limit: int = 7) -> list[Json]:
        """Read all there is with curl, from page to page by the header Link."""
        found: list[Json] = []
        address = f"{self.feed}?limit={limit}"
        while page := self.curled(address):
            events, address = page
            if not events:
                break
            found += events
        return found

    def curled(self, address: str) -> tuple[list[Json], str]:
        """Read one page with curl; return its events and the address of what follows."""
        head = ["--silent", "--show-error", "--fail-with-body", "--dump-header", "/dev/stderr"]
        command = [program("curl"), *head, "--header", f"Authorization: Bearer {self.key}", address]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
        assert done.returncode == 0, f"{done.stderr}{done.stdout}"
        headers = dict(line.split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
        named = {name.lower(): value for name, value in headers.items()}
        assert named["content-type"] == "application/cloudevents-batch+json"
        link, _, rest = named["link"].removeprefix("<").partition(">")
        assert rest == '; rel="next"'
        return json.loads(done.stdout), urljoin(address, link)

    def in_node(self, mode: str, **settings: object) -> "subprocess.Popen[str]":
        """Start the same partner's other program, written in Node with the SDK of CloudEvents."""
        if not (PROGRAM / "node_modules").is_dir():
            missing("`npm ci` in tests/journeys/partner brings the SDK of CloudEvents")
        told = {name: str(value) for name, value in settings.items()}
        environment = {"FEED": self.feed, "KEY": self.key, **told}
        command = [program("node"), str(PROGRAM / "listen.mjs"), mode]
        return subprocess.Popen(  # noqa: S603 - ours
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


def program(name: str) -> str:
    return shutil.which(name) or missing(f"{name} is not on this machine")


def missing(what: str) -> str:
    """Skip for want of a tool; in the build that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def said(listening: "subprocess.Popen[str]", timeout: float = 120) -> Json:
    """Return what a listener printed at its end."""
    try:
        out, trouble = listening.communicate(timeout=timeout)
    finally:
        listening.kill()
    assert listening.returncode == 0, trouble
    heard: Json = json.loads(out)
    return heard
