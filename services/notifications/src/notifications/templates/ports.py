"""Reads the texts of the package: one file a message and language, its first line the subject."""

import os
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications.wording.model import amount, day, days, moment, money, span


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications.templates", "texts"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "amount": lambda value, currency: amount(value, currency, language),
        "day": lambda value: day(value, language),
        "days": lambda period: days(period["start"], period["end"], language),
        "moment": lambda instant, zone: moment(instant, zone, language),
        "money": lambda value: money(value["minor"], value["currency"], language),
        "span": lambda period: span(period["start"], period["end"], period["zone"], language),
    }
    return environment


def fill(file: str, language: str, values: dict[str, Any]) -> str:
    """Return the text of a file with the values filled in; raises jinja2.UndefinedError for a missing one."""
    return _environment(language).get_template(file).render(values)


def public_url() -> str:
    """Return the address under which people reach the platform."""
    return os.environ.get("MAILLAGE_PUBLIC_URL", "").rstrip("/")
