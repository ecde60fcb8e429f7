"""Decides what belongs into the file of one's own data, and how it is laid out: pure."""

import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = Mapping[str, Any]

OWN: Final[Sequence[tuple[str, str, str]]] = (
    ("membership", "my-memberships", "memberships"),
    ("membership", "my-documents", "documents"),
    ("membership", "my-erasures", "erasures"),
    ("booking", "bookings/own", "bookings"),
    ("booking", "series/own", "series"),
    ("booking", "registrations/own", "registrations"),
    ("booking", "shared-seats/own", "shared-seats"),
    ("booking", "usages/own", "usages"),
    ("booking", "machines/own", "machines"),
    ("booking", "credit-lots/own", "credits"),
    ("booking", "waitlist/own", "waitlist"),
    ("booking", "strikes/own", "strikes"),
    ("booking", "visits/own", "visitors"),
    ("booking", "deliveries/own", "deliveries"),
    ("booking", "calendars", "calendars"),
    ("billing", "charges/own", "charges"),
    ("billing", "passes/own", "passes"),
    ("billing", "invoices/own", "invoices"),
    ("billing", "fibre-lines/own", "fibre-lines"),
    ("notifications", "messages/own", "messages"),
    ("notifications", "preferences/own", "preferences"),
)
"""Every list of one's own things: the service, its address under the territory, its name in the file."""


def archive(lists: Mapping[str, Any], files: Mapping[str, bytes], title: str, language: str) -> bytes:
    """Return a ZIP: each list as JSON, the files as they are, and one page to read it all."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("index.html", _page(lists, files, title, language))
        for name, content in lists.items():
            packed.writestr(f"{name}.json", json.dumps(content, ensure_ascii=False, indent=2))
        for name, octets in files.items():
            packed.writestr(name, octets)
    return made.getvalue()


def is_confirmed(asked: Mapping[str, str]) -> bool:
    """Say whether the form says twice that one wishes to be forgotten."""
    return asked.get("sure") == "yes"


def _page(lists: Mapping[str, Any], files: Mapping[str, bytes], title: str, language: str) -> str:
    shown = "".join(f"<h2>{html.escape(name)}</h2>{_shown(content)}" for name, content in lists.items())
    links = "".join(f'<li><a href="{html.escape(each)}">{html.escape(each)}</a></li>' for each in files)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title></head><body><h1>{html.escape(title)}</h1>{shown}<ul>{links}</ul></body></html>"
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = (f"<dt>{html.escape(str(name))}</dt><dd>{_shown(each)}</dd>" for name, each in value.items())
        return f"<dl>{''.join(rows)}</dl>"
    if isinstance(value, list):
        return f"<ol>{''.join(f'<li>{_shown(each)}</li>' for each in value)}</ol>" if value else "–"
    return "–" if value is None else html.escape(str(value))
