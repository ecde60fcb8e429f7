"""Takes files in, looks at them, brings in what is sound and takes it back, some lines at a time.

Each two hundred lines are one transaction that a timer begins: whatever is killed goes on where it was.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict

from chassis import privacy
from chassis.clock import utc_now
from chassis.db import Tx
from chassis.decisions import Principal
from chassis.errors import NotFound, Refused
from chassis.timers import Timer, set_timer
from membership.imports import model, store
from membership.imports.model import CHUNK, KEPT_DAYS, STEPS, Import, Line, State
from membership.imports.store import Outcome
from membership.lines import model as lines_model
from membership.lines.model import Finding, LineTooWide, Newcomer, Reader
from membership.newcomers import handlers as newcomers
from membership.newcomers.handlers import Brought, Origin
from membership.newcomers.model import LineRepeated
from membership.persons import handlers as persons
from membership.plans import handlers as plans
from membership.sheets import model as sheets
from membership.sheets.model import Kind
from membership.vault import Vault, vault

STEP: Final = "import-step"  # timer: the next lines
KEPT: Final = timedelta(days=KEPT_DAYS)
FORGET: Final = "import-forget"  # timer: what lines said is forgotten


class AnnounceImport(BaseModel):
    """Announce an import and what its file holds; the file follows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    import_id: UUID
    kind: Kind


class UndoImport(BaseModel):
    """Take back all that an import brought; what has been used since may be left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leave_used: bool = False


class ImportRef(BaseModel):
    """Which import was meant, and what is being done with it."""

    model_config = ConfigDict(frozen=True)

    import_id: UUID
    state: State


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as it was read; `says` names, by its keyed hash, what no two lines may say."""

    line: int
    reader: Reader
    newcomer: Newcomer | None
    says: dict[bytes, str]


class _Rehearsed(Exception):
    """The lines were tried: nothing of it is to stay."""


async def announce_import(tx: Tx, wanted: AnnounceImport, principal: Principal) -> ImportRef:
    """Announce an import. Raises TerritoryNotOpen."""
    await plans.today(tx)
    new = Import(wanted.import_id, wanted.kind, "announced", await tx.now())
    await store.insert(tx, new, principal.person_id)
    return ImportRef(import_id=new.import_id, state=new.state)


async def take_file(tx: Tx, content: bytes, import_id: UUID, vault: Vault) -> ImportRef:
    """Take the file of an import in, its lines sealed, and have it looked at: the dry run.

    Raises FileThere, and what `sheets.read` raises.
    """
    found = await _locked(tx, import_id)
    if found.state != "announced":
        raise model.FileThere
    sheet, key = sheets.read(content, found.kind), privacy.new_key()
    kept = replace(
        found,
        state="checking",
        wrapped_key=privacy.wrap(vault.kek, key),
        encoding=sheet.encoding,
        separator=sheet.separator,
        titles=sheet.titles,
        places=sheet.places,
    )
    lines = [(row.line, _seal(key, import_id, row.line, row.cells)) for row in sheet.rows]
    await store.keep_file(tx, kept, lines)
    await set_timer(tx, FORGET, import_id, await tx.now() + KEPT)
    await _go_on(tx, import_id)
    return ImportRef(import_id=import_id, state=kept.state)


async def start_import(tx: Tx, import_id: UUID, vault: Vault) -> ImportRef:
    """Bring in the sound lines of a file. Raises ImportNotChecked, NothingSound, ImportForgotten."""
    found = await _locked(tx, import_id)
    counts = (await store.counts(tx, [import_id]))[import_id]
    state = model.begun(found, counts.get("sound", 0))
    key_of(found, vault)
    return await _enter(tx, found, state)


async def undo_import(tx: Tx, import_id: UUID, wanted: UndoImport) -> ImportRef:
    """Take back all that an import brought. Raises ImportNotDone, ImportUsed."""
    found = await _locked(tx, import_id)
    uses = await uses_of(tx, import_id)
    return await _enter(tx, found, model.undone(found, uses, leave_used=wanted.leave_used))


async def step(tx: Tx, timer: Timer) -> None:
    """Look at the next lines of an import, bring them in or take them back, as its state says."""
    found = await store.found(tx, UUID(timer.timer_id), lock=True)
    if found is None or found.state not in STEPS:
        return
    line_state, following = STEPS[found.state]
    lines = await store.next_lines(tx, found.import_id, line_state, CHUNK)
    if found.state == "undoing":
        await _taken_back(tx, found, lines)
    else:
        await store.settle(tx, found.import_id, await _tried(tx, found, lines, found.state == "checking"))
    if len(lines) < CHUNK:
        await store.set_state(tx, found.import_id, following)
    else:
        await _go_on(tx, found.import_id)


async def forget(tx: Tx, timer: Timer) -> None:
    """Forget what the lines of an import said; while they are looked at, a day later."""
    import_id = UUID(timer.timer_id)
    found = await store.found(tx, import_id, lock=True)
    if found and found.state in STEPS:
        await set_timer(tx, FORGET, import_id, await tx.now() + timedelta(days=1))
    else:
        await store.forget(tx, import_id)


async def uses_of(tx: Tx, import_id: UUID, lines: Sequence[int] | None = None) -> list[model.Use]:
    """Return what has been used of what an import brought, and how."""
    found = {use.line: use for use in await store.uses(tx, import_id, lines)}
    registered = await store.registered(tx, import_id, lines)
    for person_id in await persons.settled(tx, registered):
        line = registered[person_id]
        before = found.get(line, model.Use(line, person_id, ()))
        found[line] = replace(before, what=(*before.what, "signed_in"))
    return [found[line] for line in sorted(found)]


def said(key: bytes, import_id: UUID, line: int, sealed: bytes) -> list[str]:
    """Return what a line says, unsealed."""
    cells: list[str] = orjson.loads(privacy.unseal_bytes(key, import_id, f"line/{line}", sealed))
    return cells


def findings(key: bytes, import_id: UUID, line: int, sealed: bytes) -> list[dict[str, str]]:
    """Return what is wrong with a line, unsealed."""
    found: list[dict[str, str]] = orjson.loads(
        privacy.unseal_bytes(key, import_id, f"findings/{line}", sealed)
    )
    return found


async def _tried(
    tx: Tx,
    found: Import,
    lines: Sequence[Line],
    rehearsal: bool,  # noqa: FBT001 - whether nothing is to stay
) -> list[Outcome]:
    """Bring lines in; in a rehearsal all of it is rolled back, so that a dry run refuses what a run would."""
    key, origin = key_of(found, vault()), Origin(found.import_id, 0, await plans.today(tx), vault())
    readings = [_reading(found, key, line) for line in lines]
    if rehearsal:
        await _find_repeated(tx, found, readings)
    outcomes: list[Outcome] = []
    with suppress(_Rehearsed):
        async with tx.attempt():
            for reading in readings:
                brought = await _bring_in(tx, replace(origin, line=reading.line), found, reading)
                outcomes.append(_outcome(found, key, reading, None if rehearsal else brought))
            if rehearsal:
                raise _Rehearsed
    return outcomes


async def _bring_in(tx: Tx, origin: Origin, found: Import, reading: Reading) -> Brought | None:
    if reading.newcomer is None or reading.reader.findings:
        return None
    try:
        async with tx.attempt():
            return await newcomers.bring_in(tx, origin, reading.newcomer)
    except Refused as refusal:
        reading.reader.findings.append(model.damage(refusal, found.titled(), reading.reader.cells))
        return None


async def _find_repeated(tx: Tx, found: Import, readings: Sequence[Reading]) -> None:
    """Damage each line that says what no two lines may, if an earlier one that is sound says it."""
    said = await store.said_before(tx, found.import_id, [each for one in readings for each in one.says])
    for reading in readings:
        if again := next((each for each in reading.says if each in said), None):
            refusal = LineRepeated(line=said[again], what=reading.says[again], what_fr=reading.says[again])
            reading.reader.findings.append(model.damage(refusal, found.titled(), reading.reader.cells))
        elif not reading.reader.findings:
            said.update(dict.fromkeys(reading.says, reading.line))


def _reading(found: Import, key: bytes, line: Line) -> Reading:
    cells = said(key, found.import_id, line.line, line.content or b"")
    reader = Reader(sheets.cells(cells, found.places or {}), found.titled())
    if any(cells[len(found.titles) :]):
        refusal = LineTooWide(cells=len(cells), titles=len(found.titles))
        reader.findings.append(Finding("", "", refusal))
    newcomer = lines_model.newcomer(found.kind, reader)
    same = lines_model.says_the_same(found.kind, newcomer) if newcomer else {}
    hashes = {vault().digest(f"{found.kind}/{name}", text): name for name, text in same.items()}
    return Reading(line.line, reader, newcomer, hashes)


def _outcome(found: Import, key: bytes, reading: Reading, brought: Brought | None) -> Outcome:
    if reading.reader.findings:
        text = orjson.dumps([each.said() for each in reading.reader.findings])
        place = f"findings/{reading.line}"
        return Outcome(reading.line, "damaged", privacy.seal_bytes(key, found.import_id, place, text))
    if brought is None:
        return Outcome(reading.line, "sound", says=tuple(reading.says))
    return Outcome(
        reading.line,
        "brought",
        party_id=brought.party_id,
        reference=brought.reference,
        made=brought.made,
    )


async def _taken_back(tx: Tx, found: Import, lines: Sequence[Line]) -> None:
    used = {use.line for use in await uses_of(tx, found.import_id, [each.line for each in lines])}
    for line in lines:
        undone = line.line not in used and await _undone(tx, line)
        await store.close(tx, found.import_id, line.line, "undone" if undone else "kept")


async def _undone(tx: Tx, line: Line) -> bool:
    try:
        async with tx.attempt():
            await newcomers.take_back(tx, line.made or {})
    except Refused:
        return False
    return True


async def _locked(tx: Tx, import_id: UUID) -> Import:
    found = await store.found(tx, import_id, lock=True)
    if found is None:
        raise NotFound(what="import", id=str(import_id))
    return found


async def _enter(tx: Tx, found: Import, state: State) -> ImportRef:
    await store.set_state(tx, found.import_id, state)
    await _go_on(tx, found.import_id)
    return ImportRef(import_id=found.import_id, state=state)


async def _go_on(tx: Tx, import_id: UUID) -> None:
    await set_timer(tx, STEP, import_id, utc_now(), business=False)


def key_of(found: Import, vault: Vault) -> bytes:
    """Return the key of what lines say. Raises ImportForgotten."""
    if found.wrapped_key is None:
        raise model.ImportForgotten(days=KEPT_DAYS)
    return privacy.unwrap(vault.kek, found.wrapped_key)


def _seal(key: bytes, import_id: UUID, line: int, cells: Sequence[str]) -> bytes:
    return privacy.seal_bytes(key, import_id, f"line/{line}", orjson.dumps(cells))
