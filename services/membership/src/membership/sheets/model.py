"""Decides how a file is read: its encoding, its separator, which column is which, where each line begins."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from chassis.errors import Refused
from membership.reference.model import normalised

Kind = Literal["companies", "members", "plans", "balances", "fab-manager"]

LARGEST: Final = 8 * 1024 * 1024  # bytes
MOST_LINES: Final = 50_000
SEPARATORS: Final = (";", ",", "\t")
_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class FileIsNoText(Refused):
    """The file is no text of lines and columns."""

    status = 422
    fr = "Le fichier n'est pas un texte en lignes et colonnes."
    cure = (
        "In the spreadsheet choose Save as, CSV, then send that file.",
        "Dans le tableur, choisissez Enregistrer sous, CSV, puis envoyez ce fichier-là.",
    )


class FileWithoutLines(Refused):
    """The file has no line under its line of titles."""

    status = 422
    fr = "Le fichier n'a pas de ligne sous celle des titres."
    cure = (
        "Send a file whose first line names the columns.",
        "Envoyez un fichier dont la première ligne nomme les colonnes.",
    )


class FileTooLong(Refused):
    """The file has {lines} lines: an import takes {most} at most."""

    status = 422
    fr = "Le fichier a {lines} lignes : un import en prend {most} au plus."
    cure = ("Cut it into several files.", "Découpez-le en plusieurs fichiers.")


class ColumnsMissing(Refused):
    """The file lacks these columns: {columns}. It has: {found}."""

    status = 422
    fr = "Il manque ces colonnes au fichier : {columns}. Il a : {found}."
    cure = (
        "Name them so in the first line, or choose what else the file holds.",
        "Nommez-les ainsi en première ligne, ou choisissez ce que le fichier contient d'autre.",
    )


class ColumnTwice(Refused):
    """Two columns of the file are the same one: {columns}."""

    status = 422
    fr = "Deux colonnes du fichier sont la même : {columns}."
    cure = ("Leave one of them out.", "Retirez l'une d'elles.")


class QuoteOpen(Refused):
    """From line {line} on the file cannot be read: a quotation mark is not closed, or out of place."""

    status = 422
    fr = "À partir de la ligne {line} le fichier est illisible : un guillemet est mal fermé ou mal placé."
    cure = (
        "Close or remove it, and send the file again.",
        "Fermez-le ou retirez-le, et renvoyez le fichier.",
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind of file may have, and the titles under which it is known."""

    name: str
    titles: tuple[str, ...]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file, and the line on which it begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as it was read; `places` says in which column of the file each known one stands."""

    encoding: str
    separator: str
    titles: tuple[str, ...]
    places: Mapping[str, int]
    rows: tuple[Row, ...]


_LANGUAGE: Final = Column("language", ("langue", "language"))
_HOLDERS: Final = (
    Column("member", ("adhérent", "adherent", "membre", "member", "courriel", "mail", "e-mail", "email")),
    Column("company", ("entreprise", "structure", "company", "organisation", "organization", "siren")),
)
_UNTIL: Final = Column("until", ("jusqu'au", "fin", "until", "end", "date de fin"))
COLUMNS: Final[Mapping[Kind, tuple[Column, ...]]] = {
    "companies": (
        Column("reference", ("référence", "reference", "identifiant", "id")),
        Column("name", ("nom", "raison sociale", "name", "company"), needed=True),
        Column("siren", ("siren",)),
        Column("vat", ("tva", "numéro de tva", "vat", "vat number")),
        Column("country", ("pays", "country")),
        Column("address", ("adresse", "address", "rue", "street")),
        Column("postcode", ("code postal", "cp", "postcode", "postal code", "zip")),
        Column("town", ("ville", "commune", "town", "city")),
        _LANGUAGE,
    ),
    "members": (
        Column("reference", ("référence", "reference", "identifiant", "numéro", "id")),
        Column("family_name", ("nom", "nom de famille", "family name", "surname", "last name"), needed=True),
        Column("given_name", ("prénom", "given name", "first name"), needed=True),
        Column("mail", ("courriel", "mail", "e-mail", "email", "adresse électronique")),
        Column("phone", ("téléphone", "tel", "tél.", "tel.", "phone")),
        Column("address", ("adresse", "adresse postale", "address")),
        _LANGUAGE,
        Column("company", ("entreprise", "structure", "company", "organisation", "organization")),
        Column("role", ("rôle", "role", "fonction")),
    ),
    "plans": (
        *_HOLDERS,
        Column("plan", ("formule", "abonnement", "plan", "subscription"), needed=True),
        Column("audience", ("public", "audience", "groupe", "group")),
        Column("from", ("depuis", "à partir du", "début", "from", "start")),
        _UNTIL,
        Column("paid_until", ("payé jusqu'au", "paid until")),
    ),
    "balances": (
        *_HOLDERS,
        Column("amount", ("solde", "montant", "quantité", "balance", "amount", "quantity"), needed=True),
        Column("unit", ("unité", "unit"), needed=True),
        _UNTIL,
    ),
    # The titles of fab-manager's own export of members, saved as CSV; its other columns are not read.
    "fab-manager": (
        Column("reference", ("id",), needed=True),
        Column("family_name", ("nom", "surname"), needed=True),
        Column("given_name", ("prénom", "first name"), needed=True),
        Column("mail", ("courriel", "e-mail", "email")),
        Column("phone", ("tel.", "phone")),
        Column("address", ("adresse", "address")),
        Column("audience", ("groupe", "group"), needed=True),
        Column("plan", ("abonnement", "subscription"), needed=True),
        Column("until", ("date de fin de l'abonnement", "subscription end date"), needed=True),
        Column("company", ("structure", "organization")),
    ),
}


def read(content: bytes, kind: Kind) -> Sheet:
    """Read a file, or refuse it as a whole: its refusals are those above."""
    encoding, text = _decoded(content)
    separator, titles, places = _header(text, kind)
    rows = tuple(_rows(text, separator))[1:]
    if not rows:
        raise FileWithoutLines
    if len(rows) > MOST_LINES:
        raise FileTooLong(lines=len(rows), most=MOST_LINES)
    return Sheet(encoding, separator, titles, places, rows)


def cells(row: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    """Return what a line says, by known column; a line that is too short says nothing of the last ones."""
    return {name: row[at].strip() for name, at in places.items() if at < len(row)}


def errors_file(sheet: tuple[str, str, Sequence[str]], lines: Sequence[Sequence[str]]) -> bytes:
    """Write damaged lines in the encoding and separator of the file they came from.

    A character that the encoding lacks is written as a question mark: the words on a line are ours.
    """
    encoding, separator, titles = sheet
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator).writerows([titles, *lines])
    return written.getvalue().encode(encoding, errors="replace")


def _decoded(content: bytes) -> tuple[str, str]:
    if b"\0" in content or content.startswith(_SPREADSHEETS):
        raise FileIsNoText
    for encoding in _ENCODINGS:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileIsNoText


def _header(text: str, kind: Kind) -> tuple[str, tuple[str, ...], dict[str, int]]:
    """Return the separator by which most columns of the kind are known, the titles, and where each stands."""
    found = [(separator, next(_rows(text, separator), Row(1, ()))) for separator in SEPARATORS]
    known = [(separator, row, _places(row.cells, kind)) for separator, row in found]
    separator, row, stands = max(known, key=lambda each: (len(each[2]), len(each[1].cells)))
    if not any(row.cells):
        raise FileWithoutLines
    if twice := [row.cells[at[0]] for at in stands.values() if len(at) > 1]:
        raise ColumnTwice(columns=", ".join(twice))
    missing = [each.titles[0] for each in COLUMNS[kind] if each.needed and each.name not in stands]
    if kind in ("plans", "balances") and not {"member", "company"} & set(stands):
        missing.append(_HOLDERS[0].titles[0])
    if missing:
        raise ColumnsMissing(columns=", ".join(missing), found=", ".join(filter(None, row.cells))[:500])
    return separator, tuple(row.cells), {name: at[0] for name, at in stands.items()}


def _places(titles: Sequence[str], kind: Kind) -> dict[str, list[int]]:
    wanted = {normalised(text): each.name for each in COLUMNS[kind] for text in each.titles}
    stands: dict[str, list[int]] = {}
    for at, title in enumerate(titles):
        if name := wanted.get(normalised(title)):
            stands.setdefault(name, []).append(at)
    return stands


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Yield the records that hold anything, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield Row(begins, tuple(record))
            begins = reader.line_num + 1
    except csv.Error:
        raise QuoteOpen(line=begins) from None
