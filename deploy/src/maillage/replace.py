"""`maillage up --service NAME=PATH` while the platform runs: how it is asked for, and how it is done.

The asker leaves a file in the folder `requests` of the data folder; the supervisor answers beside it. Only
the owner of the data may write there, for what is named is run in the owner's name.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from maillage.assembly import Platform
from maillage.runtime.replacement import replaced
from maillage.runtime.state import State
from maillage.runtime.supervisor import Supervisor, Work
from maillage.sentences import (
    CONTRACT_STEP,
    NO_ANSWER,
    NOT_RUNNING,
    PART_FAILED,
    UNKNOWN_PART,
    Sentence,
    StartError,
)
from maillage.services import require_checkouts

PATIENCE = (
    300.0  # seconds: a migration, a drain, a start, and the old version's start where the new one fails
)


def ask(data: Path, name: str, checkout: Path | None) -> None:
    """Have the running platform replace a service and wait until it has; raises StartError."""
    folder = _folder(data)
    request = folder / f"{time.time_ns()}-{os.getpid()}.json"
    answer = request.with_suffix(".answer")
    _write(request, {"service": name, "checkout": str(checkout) if checkout else None})
    deadline = time.monotonic() + PATIENCE
    while not answer.exists():
        state = State.read(data)
        if state is None or not state.alive():
            raise StartError(NOT_RUNNING, data=data)
        if time.monotonic() > deadline:
            raise StartError(NO_ANSWER, seconds=round(PATIENCE))
        time.sleep(0.1)
    said = json.loads(answer.read_text(encoding="utf-8"))
    answer.unlink()
    if said:
        plain = {key: text.replace("{", "{{").replace("}", "}}") for key, text in said.items()}
        raise StartError(Sentence(**plain))


def serve(platform: Platform, supervisor: Supervisor) -> Work:
    """Forget what was asked of an earlier run; the work returned carries out what is asked from now on."""
    folder = _folder(platform.settings.data)
    for left in folder.iterdir():
        left.unlink()
    return _serve(platform, supervisor, folder)


def _serve(platform: Platform, supervisor: Supervisor, folder: Path) -> Work:
    while True:
        for request in sorted(folder.glob("*.json")):
            text = request.read_text(encoding="utf-8")
            request.unlink()
            said: dict[str, str] = {}
            try:
                yield from _replace(platform, supervisor, json.loads(text))
            except StartError as failure:
                said = failure.in_both()
            except Exception as error:  # noqa: BLE001 - whatever it is, the platform goes on
                log = platform.settings.data / "log"
                said = StartError(PART_FAILED, part="maillage", reason=repr(error), log=log).in_both()
            _write(request.with_suffix(".answer"), said)
        yield


def _replace(platform: Platform, supervisor: Supervisor, asked: dict[str, Any]) -> Work:
    """Migrate beside the version at work, which a step of the kind `expand` does not disturb; then change."""
    name, checkout = asked["service"], asked["checkout"]
    kept, present = supervisor.kept(name), platform.service(name)
    if kept is None or present is None:
        raise StartError(UNKNOWN_PART, name=name, known=", ".join(one.name for one in platform.services))
    checkouts = {name: Path(checkout)} if checkout else {}
    new = replace(present, settings=replace(present.settings, checkouts=checkouts))
    require_checkouts(new.settings)
    if steps := new.contract_steps():
        raise StartError(CONTRACT_STEP, service=name, step=steps[0])
    with ThreadPoolExecutor(max_workers=1) as thread:
        migration = thread.submit(new.migrate)
        while not migration.done():
            yield
        migration.result()
    yield from replaced(kept, new.part(), platform.settings.start_seconds)
    platform.services[platform.services.index(present)] = new


def _folder(data: Path) -> Path:
    folder = data / "requests"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _write(path: Path, document: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(document), encoding="utf-8")
    unfinished.rename(path)
