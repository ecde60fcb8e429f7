"""What the portal ships: known third-party files, and templates that need nothing the policy forbids."""

import hashlib
import json
import re
from pathlib import Path

import portal

SOURCE = Path(portal.__file__).parent
VENDOR = SOURCE / "static" / "vendor"
TEMPLATES = sorted((SOURCE / "templates").rglob("*.html"))
_INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|https?://", re.IGNORECASE
)
_ICON = re.compile(r'ui\.icon\("(\w+)"\)|\bicon\("(\w+)"\)')


def test_every_vendored_file_is_the_one_that_the_manifest_names() -> None:
    entries = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    found = {
        entry["file"]: hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() for entry in entries
    }
    assert found == {entry["file"]: entry["sha256"] for entry in entries}
    assert all(entry["name"] and entry["version"] and entry["licence"] for entry in entries)


def test_nothing_is_vendored_that_the_manifest_does_not_name() -> None:
    named = {entry["file"] for entry in json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))}
    scripts = {file.name for file in VENDOR.iterdir() if file.suffix in (".js", ".css", ".woff2", ".svg")}
    assert scripts == named


def test_a_vendored_script_carries_its_own_version() -> None:
    [entry] = [
        each
        for each in json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
        if each["name"] == "htmx.org"
    ]
    assert entry["version"] in (VENDOR / entry["file"]).read_text(encoding="utf-8")


def test_templates_hold_no_script_style_or_foreign_address() -> None:
    assert len(TEMPLATES) > 10
    found = {file.name: _INLINE.findall(file.read_text(encoding="utf-8")) for file in TEMPLATES}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_every_icon_that_is_shown_is_drawn() -> None:
    drawn = set(
        re.findall(r'<symbol id="(\w+)"', (SOURCE / "static" / "icons.svg").read_text(encoding="utf-8"))
    )
    shown = {
        name
        for file in TEMPLATES
        for pair in _ICON.findall(file.read_text(encoding="utf-8"))
        for name in pair
    }
    assert shown - {""} <= drawn
    assert {"today", "planning", "bookings", "invoices", "fibre", "live"} <= drawn


def test_every_colour_pair_of_text_is_readable() -> None:
    """4.5:1 at least, in both themes: WCAG 2.2, 1.4.3."""
    css = (SOURCE / "static" / "style.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", css))
    pairs = [("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("soft", "sunk")]
    pairs += [("brand-ink", "brand"), ("brand", "card"), ("brand", "paper"), ("brand-deep", "brand-wash")]
    pairs += [(name, f"{name}-wash") for name in ("accent", "bad", "good")]
    for text, ground in pairs:
        for theme in (0, 1):
            ink, paper = (tokens[name].split(", ")[theme] for name in (text, ground))
            assert contrast(ink, paper) >= 4.5, (text, ground, theme)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
