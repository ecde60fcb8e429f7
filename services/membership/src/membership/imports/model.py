"""Decides what may be done with an import, and in which column a refused line is damaged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from chassis.errors import Refused
from membership.lines.model import Finding
from membership.sheets.model import Kind

State = Literal["announced", "checking", "checked", "running", "done", "undoing", "undone"]
LineState = Literal["waiting", "sound", "damaged", "brought", "undone", "kept"]

CHUNK: Final = 200  # lines of one transaction
KEPT_DAYS: Final = 30  # what lines say is readable for so long after the file came
_SHOWN: Final = 20

STEPS: Final[Mapping[State, tuple[LineState, State]]] = {
    "checking": ("waiting", "checked"),
    "running": ("sound", "done"),
    "undoing": ("brought", "undone"),
}
"""Which lines are still to be looked at in a state, and the state that follows the last of them."""

_COLUMNS: Final = {
    "mail-known-here": "mail",
    "siren-invalid": "siren",
    "organisation-known-here": "siren",
    "vat-number-invalid": "vat",
    "identifiers-disagree": "vat",
    "reference-taken": "reference",
    "member-unknown": "member",
    "company-unknown": "company",
    "administrator-missing": "role",
    "plan-unknown": "plan",
    "membership-overlaps": "plan",
    "audience-unclear": "audience",
    "proof-awaited": "audience",
    "begun-before": "from",
    "membership-empty": "until",
}


class FileThere(Refused):
    """The file of this import has come already."""

    fr = "Le fichier de cet import est déjà là."
    cure = ("Announce another import for another file.", "Annoncez un autre import pour un autre fichier.")


class ImportNotChecked(Refused):
    """Only a file that was looked at whole can be brought in: this import is {state}."""

    fr = "Seul un fichier examiné en entier peut être importé : cet import est {state_fr}."
    cure = ("Wait until it is checked.", "Attendez qu'il soit examiné.")


class NothingSound(Refused):
    """No line of the file is sound: there is nothing to bring in."""

    fr = "Aucune ligne du fichier n'est valable : il n'y a rien à importer."
    cure = (
        "Correct the lines in the error file and send it as a new import.",
        "Corrigez les lignes du fichier d'erreurs et envoyez-le comme nouvel import.",
    )


class ImportNotDone(Refused):
    """Only an import that is done can be undone: this one is {state}."""

    fr = "Seul un import terminé peut être annulé : celui-ci est {state_fr}."
    cure = ("Wait until it is done.", "Attendez qu'il soit terminé.")


class ImportUsed(Refused):
    """What {count} lines brought has been used since, by line: {lines}."""

    fr = "Ce que {count} lignes ont importé a servi depuis, par ligne : {lines}."
    cure = (
        "See the list; undo the rest and leave these, or undo first what was built upon them.",
        "Voyez la liste ; annulez le reste en les laissant, ou défaites d'abord ce qui repose sur elles.",
    )


class ImportForgotten(Refused):
    """What the lines of this import said has been forgotten, {days} days after the file came."""

    status = 410
    fr = "Ce que disaient les lignes de cet import est oublié, {days} jours après l'arrivée du fichier."
    cure = ("Send the file again as a new import.", "Renvoyez le fichier comme nouvel import.")


@dataclass(frozen=True, slots=True)
class Import:
    """An import: what its file holds, how it was read, what is being done with it."""

    import_id: UUID
    kind: Kind
    state: State
    announced_at: datetime
    wrapped_key: bytes | None = None
    encoding: str | None = None
    separator: str | None = None
    titles: tuple[str, ...] = ()
    places: Mapping[str, int] | None = None

    def titled(self) -> dict[str, str]:
        """Return the title of each known column, as the file has it."""
        return {name: self.titles[at] for name, at in (self.places or {}).items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is kept: sealed, with what it made."""

    line: int
    content: bytes | None
    made: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Use:
    """What became of what a line brought in: whose it is, and why it cannot be taken back."""

    line: int
    party_id: UUID
    what: tuple[str, ...]


def begun(found: Import, sound: int) -> State:
    """Return the state in which sound lines are brought in. Raises ImportNotChecked, NothingSound."""
    if found.state != "checked":
        raise ImportNotChecked(state=found.state, state_fr=_FRENCH[found.state])
    if not sound:
        raise NothingSound
    return "running"


def undone(found: Import, uses: list[Use], *, leave_used: bool) -> State:
    """Return the state in which all is taken back. Raises ImportNotDone, ImportUsed."""
    if found.state != "done":
        raise ImportNotDone(state=found.state, state_fr=_FRENCH[found.state])
    if uses and not leave_used:
        lines = ", ".join(str(use.line) for use in uses[:_SHOWN])
        raise ImportUsed(count=len(uses), lines=lines + (", …" if len(uses) > _SHOWN else ""))
    return "undoing"


def damage(refusal: Refused, titles: Mapping[str, str], cells: Mapping[str, str]) -> Finding:
    """Return what is wrong with a line that was refused, in the column that the refusal is about."""
    name = _COLUMNS.get(refusal.code, "")
    name = name if name in titles else ""
    return Finding(titles.get(name, ""), cells.get(name, "")[:200], refusal)


_FRENCH: Final[Mapping[State, str]] = {
    "announced": "annoncé",
    "checking": "en cours d'examen",
    "checked": "examiné",
    "running": "en cours",
    "done": "terminé",
    "undoing": "en cours d'annulation",
    "undone": "annulé",
}
