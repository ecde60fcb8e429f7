"""Shows imports: their progress, their damaged lines and the file to correct, what has been used since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.db import Tx
from chassis.pages import Asked, Page
from contracts.values import Instant
from membership.imports import handlers as imports
from membership.imports import store
from membership.imports.model import Import, State, Use
from membership.organisations import handlers as organisations
from membership.persons import handlers as persons
from membership.persons import store as person_store
from membership.persons.model import Language
from membership.sheets import model as sheets
from membership.sheets.model import Kind
from membership.vault import Vault

_TITLES: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("ligne", "en cause", "valeur", "constat", "remède"),
    "en": ("line", "in question", "value", "finding", "cure"),
}


class ColumnShown(BaseModel):
    """A column of the file, and what it is known as; one that is not known is not read."""

    model_config = ConfigDict(frozen=True)

    title: str
    known_as: str | None


class ImportShown(BaseModel):
    """An import: how its file was read, and how many lines are in which state."""

    model_config = ConfigDict(frozen=True)

    import_id: UUID
    kind: Kind
    state: State
    announced_at: Instant
    encoding: str | None
    separator: str | None
    columns: tuple[ColumnShown, ...]
    lines: int
    waiting: int
    sound: int
    damaged: int
    brought: int
    undone: int
    kept: int
    readable_until: Instant | None


class FindingShown(BaseModel):
    """One thing wrong with a line: the column, its value, the rule that it breaks, and the cure."""

    model_config = ConfigDict(frozen=True)

    column: str
    value: str
    rule: str
    en: str
    fr: str
    cure_en: str
    cure_fr: str


class DamagedShown(BaseModel):
    """A damaged line and all that is wrong with it."""

    model_config = ConfigDict(frozen=True)

    line: int
    findings: tuple[FindingShown, ...]


class UseShown(BaseModel):
    """What a line brought that has been used since: whose it is, and how it was used."""

    model_config = ConfigDict(frozen=True)

    line: int
    party_id: UUID
    name: str | None
    what: tuple[str, ...]


class Uses(BaseModel):
    """All that has been used of what an import brought."""

    model_config = ConfigDict(frozen=True)

    items: tuple[UseShown, ...]


class ErrorsFile(BaseModel):
    """The damaged lines as they came, each with what is wrong with it: to correct and send again."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    encoding: str
    content: bytes


async def list_imports(tx: Tx, asked: Asked) -> Page[ImportShown]:
    """Return the imports of the territory, the last one first."""
    page = await store.imports(tx, asked)
    counts = await store.counts(tx, [each.import_id for each in page.items])
    return Page([_shown(each, counts[each.import_id]) for each in page.items], page.last)


async def show_import(tx: Tx, import_id: UUID) -> ImportShown | None:
    """Return an import and how far it is."""
    found = await store.found(tx, import_id)
    return _shown(found, (await store.counts(tx, [import_id]))[import_id]) if found else None


async def list_damaged(tx: Tx, asked: Asked, import_id: UUID, vault: Vault) -> Page[DamagedShown]:
    """Return the damaged lines of an import. Raises ImportForgotten."""
    found = await store.found(tx, import_id)
    if found is None or not found.titles:
        return Page([])
    key, page = imports.key_of(found, vault), await store.damaged(tx, asked, import_id)
    items = [(line, imports.findings(key, import_id, line, sealed)) for line, sealed in page.items]
    return Page(
        [DamagedShown.model_validate({"line": line, "findings": what}) for line, what in items], page.last
    )


async def errors_file(tx: Tx, import_id: UUID, language: Language, vault: Vault) -> ErrorsFile | None:
    """Return the damaged lines in the form of the file they came from. Raises ImportForgotten."""
    found = await store.found(tx, import_id)
    if found is None or found.encoding is None or found.separator is None:
        return None
    key, lines = imports.key_of(found, vault), []
    for line, content, sealed in await store.all_damaged(tx, import_id):
        cells = imports.said(key, import_id, line, content)
        width = max(len(found.titles), len(cells))
        for what in imports.findings(key, import_id, line, sealed):
            why = (str(line), what["column"], what["value"], what[language], what[f"cure_{language}"])
            lines.append((*cells, *[""] * (width - len(cells)), *why))
    sheet = found.encoding, found.separator, (*found.titles, *_TITLES[language])
    return ErrorsFile(encoding=found.encoding, content=sheets.errors_file(sheet, lines))


async def show_uses(tx: Tx, import_id: UUID, vault: Vault) -> Uses | None:
    """Return what has been used of what an import brought, by name."""
    if await store.found(tx, import_id) is None:
        return None
    uses = await imports.uses_of(tx, import_id)
    names = await _names(tx, uses, vault)
    return Uses(
        items=tuple(
            UseShown(line=use.line, party_id=use.party_id, name=names.get(use.party_id), what=use.what)
            for use in uses
        )
    )


async def _names(tx: Tx, uses: Sequence[Use], vault: Vault) -> dict[UUID, str]:
    known = await person_store.known(tx, {use.party_id for use in uses})
    shown = await persons.unsealed(tx, known, vault)
    names = {each.person_id: f"{each.given_name} {each.family_name}" for each in shown if each.given_name}
    for use in uses:
        if use.party_id not in names and (found := await organisations.show_organisation(tx, use.party_id)):
            names[use.party_id] = found.name
    return names


def _shown(found: Import, counts: dict[str, int]) -> ImportShown:
    known = {at: name for name, at in (found.places or {}).items()}
    states = {
        name: counts.get(name, 0) for name in ("waiting", "sound", "damaged", "brought", "undone", "kept")
    }
    return ImportShown(
        import_id=found.import_id,
        kind=found.kind,
        state=found.state,
        announced_at=found.announced_at,
        encoding=found.encoding,
        separator=found.separator,
        columns=tuple(
            ColumnShown(title=each, known_as=known.get(at)) for at, each in enumerate(found.titles)
        ),
        lines=sum(counts.values()),
        readable_until=_readable_until(found),
        **states,
    )


def _readable_until(found: Import) -> datetime | None:
    return found.announced_at + imports.KEPT if found.wrapped_key else None
