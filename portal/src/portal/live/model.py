"""Decides how an event reads on the page, and how server-sent events are written: pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

_LONGEST: Final = 80
_SHOWN: Final = 6
_UNTOLD: Final = ("_id", "_at", "_by", "digest")  # what tells a reader nothing


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the page shows it."""

    event_id: str
    at: datetime
    kind: str
    service: str
    facts: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Message:
    """One server-sent event, gathered line by line."""

    event: str = ""
    event_id: str = ""
    data: str = ""

    def take(self, line: str) -> None:
        """Read one line of the stream; comments say nothing."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self.data += value
        elif name == "event":
            self.event = value
        elif name == "id":
            self.event_id = value


def happened(event: Mapping[str, Any]) -> Happened:
    """Read a CloudEvent: `fr.maillage.booking.BookingConfirmed.v1` happened in booking."""
    words = str(event["type"]).split(".")
    named = [word for word in words if word[:1].isupper()]
    data = event.get("data")
    return Happened(
        event_id=str(event["id"]),
        at=datetime.fromisoformat(str(event["time"])),
        kind=named[-1] if named else str(event["type"]),
        service=str(event.get("source", "")).rstrip("/").rpartition("/")[2],
        facts=facts(data if isinstance(data, dict) else {}),
    )


def facts(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Take the first plain values of an event: what is sealed, empty or nested stays away."""
    plain = [
        (name, str(value)[:_LONGEST])
        for name, value in data.items()
        if isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    ]
    return tuple(fact for fact in plain if not fact[0].endswith(_UNTOLD))[:_SHOWN]


def written(html: str, event_id: str, event: str = "") -> bytes:
    """Write a piece of page as a server-sent event."""
    head = f"event: {event}\n" if event else ""
    head += f"id: {event_id}\n" if event_id else ""
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"{head}{lines or 'data:' + chr(10)}\n".encode()


def ended(problem: str) -> tuple[str, int]:
    """Read why a stream ends: the sentence, and its status."""
    try:
        said = json.loads(problem)
    except ValueError:
        return "", 0
    return str(said.get("detail", "")), int(said.get("status", 0))
