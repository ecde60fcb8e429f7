"""The supervisor starts in order, restarts what dies, and stops in reverse order."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from maillage.runtime.part import Part, signal_tree
from maillage.runtime.state import State, same_process
from maillage.runtime.supervisor import Stage, Supervisor
from maillage.sentences import DISK_FULL, PART_FAILED, PART_SLOW, PORT_TAKEN, StartError

RUNS = """
import pathlib, signal, sys
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def end(*_):
    with (folder / "ends").open("a") as ends:
        ends.write(name + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(folder / ("up-" + name)).touch()
while True:
    signal.pause()
"""


def a_part(folder: Path, name: str, code: str = RUNS, **changes: object) -> Part:
    def ready(_pid: int) -> bool:
        return (folder / f"up-{name}").exists()

    def prepare() -> None:
        (folder / f"up-{name}").unlink(missing_ok=True)

    values: dict[str, object] = {"prepare": prepare, "ready": ready, "stop_seconds": 5.0} | changes
    command = [sys.executable, "-c", code, str(folder), name]
    return Part(name=name, command=lambda: command, log=folder / f"{name}.log", **values)  # type: ignore[arg-type]


@contextmanager
def running(supervisor: Supervisor) -> Iterator[State]:
    """The supervisor at work in a thread that lives as long as its children."""

    def work() -> None:
        supervisor.start(10)
        supervisor.run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield supervisor.state
    finally:
        supervisor.ask_to_stop()
        thread.join(60)


def test_a_stage_starts_when_the_one_before_it_is_ready_and_stops_before_it(
    tmp_path: Path, eventually: Callable[..., bool]
) -> None:
    seen: list[bool] = []
    stages = [
        Stage([a_part(tmp_path, "base")]),
        Stage([a_part(tmp_path, "top")], before=lambda: seen.append((tmp_path / "up-base").exists())),
    ]
    with running(Supervisor(stages, tmp_path, lambda _state: None)) as state:
        assert eventually(state.ready, 10)
        written = State.read(tmp_path)
        assert written is not None
        assert written.ready()
    assert seen == [True]
    assert (tmp_path / "ends").read_text() == "top base "


def test_a_stage_waits_only_for_the_parts_that_it_needs_and_the_start_for_all(
    tmp_path: Path, eventually: Callable[..., bool]
) -> None:
    go, seen = tmp_path / "go", list[bool]()

    def begin() -> None:
        seen.append(go.exists())
        go.touch()

    slow = a_part(tmp_path, "slow", ready=lambda _pid: go.exists())
    stages = [
        Stage([a_part(tmp_path, "base"), slow]),
        Stage([a_part(tmp_path, "top")], before=begin, needs=["base"]),
    ]
    with running(Supervisor(stages, tmp_path, lambda _state: None)) as state:
        assert eventually(state.ready, 10)
    assert seen == [False]


def test_a_part_that_is_killed_is_started_again_and_the_state_says_so(
    tmp_path: Path, eventually: Callable[..., bool]
) -> None:
    told: list[dict[str, str]] = []

    def watch(state: State) -> None:
        told.extend(part.trouble for part in state.parts.values() if part.trouble)

    supervisor = Supervisor([Stage([a_part(tmp_path, "one")])], tmp_path, watch)
    with running(supervisor) as state:
        assert eventually(state.ready, 10)
        first = state.parts["one"].pid
        assert first is not None
        signal_tree(first, signal.SIGKILL)
        assert eventually(lambda: state.parts["one"].restarts == 1 and state.ready(), 10)
        assert state.parts["one"].pid != first
        assert state.parts["one"].trouble is None
    assert told[0]["id"] == "MLG-E023"
    assert told[0]["fr"].startswith("one s’est arrêté (signal 9) ; il redémarre")


def test_a_part_that_cannot_start_names_its_last_words_and_takes_the_others_down(tmp_path: Path) -> None:
    dying = a_part(tmp_path, "dying", "import sys; sys.exit('the licence is missing')")
    supervisor = Supervisor([Stage([a_part(tmp_path, "base"), dying])], tmp_path, lambda _state: None)
    with pytest.raises(StartError) as failure:
        supervisor.start(10)
    assert failure.value.sentence is PART_FAILED
    assert "the licence is missing" in failure.value.said("en")
    assert [part.status for part in supervisor.state.parts.values()] == ["stopped", "stopped"]


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    def full(_said: str) -> StartError:
        return StartError(DISK_FULL, part="dying", folder=tmp_path)

    dying = a_part(tmp_path, "dying", "import sys; sys.exit('No space left on device')", explain=full)
    with pytest.raises(StartError, match="MLG-E022"):
        Supervisor([Stage([dying])], tmp_path, lambda _state: None).start(10)


def test_a_part_that_is_never_ready_is_told_and_stopped(tmp_path: Path) -> None:
    slow = a_part(tmp_path, "slow", ready=lambda _pid: False)
    supervisor = Supervisor([Stage([slow])], tmp_path, lambda _state: None)
    with pytest.raises(StartError) as failure:
        supervisor.start(0.3)
    assert failure.value.sentence is PART_SLOW
    assert supervisor.state.parts["slow"].pid is None


def test_a_part_that_cannot_come_back_is_tried_again_until_it_can(
    tmp_path: Path, eventually: Callable[..., bool]
) -> None:
    blocked = tmp_path / "blocked"

    def prepare() -> None:
        (tmp_path / "up-one").unlink(missing_ok=True)
        if blocked.exists():
            raise StartError(PORT_TAKEN, port=1, part="one", holder="another", setting="NONE")

    part = a_part(tmp_path, "one", prepare=prepare)
    with running(Supervisor([Stage([part])], tmp_path, lambda _state: None)) as state:
        assert eventually(state.ready, 10)
        blocked.touch()
        signal_tree(state.parts["one"].pid or 0, signal.SIGKILL)
        assert eventually(lambda: (state.parts["one"].trouble or {}).get("id") == "MLG-E001", 10)
        blocked.unlink()
        assert eventually(state.ready, 20)


def test_a_part_that_ignores_its_signal_is_killed(tmp_path: Path, eventually: Callable[..., bool]) -> None:
    deaf = RUNS.replace("signal.SIGTERM, end", "signal.SIGTERM, signal.SIG_IGN").replace(
        "pause()", "pause(); signal.pause()"
    )
    part = a_part(tmp_path, "deaf", deaf, stop_seconds=0.3)
    with running(Supervisor([Stage([part])], tmp_path, lambda _state: None)) as state:
        assert eventually(state.ready, 10)
        pid, birth = state.parts["deaf"].pid, state.parts["deaf"].birth
    assert not same_process(pid, birth)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_parts_end_in_good_order_when_the_supervisor_is_killed(
    tmp_path: Path, eventually: Callable[..., bool]
) -> None:
    (tmp_path / "runs.py").write_text(RUNS, encoding="utf-8")
    supervise = (
        "import sys; from pathlib import Path\n"
        "from maillage.runtime.part import Child, Part\n"
        f"p = Path({str(tmp_path)!r})\n"
        "Child(Part('one', lambda: [sys.executable, str(p / 'runs.py'), str(p), 'one'], p / 'log'))\n"
        "import signal; signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", supervise]) as supervisor:  # noqa: S603 - ours
        assert eventually((tmp_path / "up-one").exists, 10)
        supervisor.kill()
    assert eventually((tmp_path / "ends").exists, 10)
