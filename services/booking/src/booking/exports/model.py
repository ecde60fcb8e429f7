"""Decides how bookings are written as CSV (RFC 4180): a spreadsheet reads them and runs nothing."""

import csv
from collections.abc import Iterable, Sequence
from datetime import timedelta
from io import StringIO
from typing import Final

from chassis.errors import Refused

LONGEST: Final = timedelta(days=366)
BOM: Final = "\ufeff"  # by which spreadsheets know UTF-8
HEADINGS: Final = (
    "site",
    "ressource",
    "type",
    "début",
    "fin",
    "état",
    "personne",
    "participants",
    "public",
    "payé par",
    "série",
    "réservation",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportTooLong(Refused):
    """An export covers {most} days at most, not {days}."""

    status = 422
    fr = "Un export couvre {most} jours au plus, pas {days}."
    cure = ("Ask for it in several parts.", "Demandez-le en plusieurs fois.")


def table(rows: Iterable[Sequence[object]]) -> str:
    """Write a table under its headings, every cell harmless."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([cell(value) for value in row] for row in rows)
    return BOM + text.getvalue()


def cell(value: object) -> str:
    """Write a value; what a spreadsheet would take for a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
