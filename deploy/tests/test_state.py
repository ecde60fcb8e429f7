"""The state file and the lock tell another terminal, and the next start, what runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from maillage.runtime.state import PartState, State, birth_of, end_leftovers, locked_file


def a_state(**parts: PartState) -> State:
    return State(os.getpid(), birth_of(os.getpid()) or 0.0, 0.0, parts)


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    trouble = {"id": "MLG-E023", "fr": "« mort »", "fr_cure": "l'attente"}
    state = a_state(kafka=PartState(pid=7, birth=1.5, restarts=3, trouble=trouble))
    state.write(tmp_path)
    assert State.read(tmp_path) == state


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": 1, "parts": {"x": {"odd": 1}}}'])
def test_a_damaged_state_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    assert State.read(tmp_path) is None


def test_nothing_is_ready_once_the_supervisor_is_gone() -> None:
    part = PartState(ready=True, status="ready")
    assert a_state(kafka=part).as_json("en")["ready"] is True
    gone = State(os.getpid(), 12.0, 0.0, {"kafka": part})
    assert gone.as_json("en")["ready"] is False
    assert gone.as_json("en")["parts"]["kafka"]["ready"] is False


def test_a_platform_without_parts_is_not_ready() -> None:
    assert a_state().ready() is False


def test_a_later_process_with_the_same_id_is_not_taken_for_the_part() -> None:
    assert PartState(pid=os.getpid(), birth=birth_of(os.getpid())).alive()
    assert not PartState(pid=os.getpid(), birth=1.0).alive()


def test_leftovers_are_ended_even_when_they_ignore_the_signal() -> None:
    stubborn = "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print(1, flush=True); time.sleep(9)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)  # noqa: S603 - ours
    assert process.stdout is not None
    process.stdout.readline()
    state = a_state(old=PartState(pid=process.pid, birth=birth_of(process.pid)), none=PartState())
    assert end_leftovers(state, seconds=0.3) == ["old"]
    assert process.wait(10) == -9
    process.stdout.close()
    assert end_leftovers(state) == []


def test_the_lock_is_held_by_one_and_free_after_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked_file(path), pytest.raises(BlockingIOError), locked_file(path, wait=False):
        pytest.fail("two hold the lock")
    with locked_file(path, wait=False):
        assert path.exists()
