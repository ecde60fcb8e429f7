"""Keeps the parts of the platform running: starts in order, restarts what dies, stops all in good order."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage.runtime.part import Child, Part, last_words, nothing
from maillage.runtime.state import PartState, State, birth_of
from maillage.sentences import DISK_FULL, PART_FAILED, PART_LOST, PART_SLOW, StartError

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before the first, second, … start again
STEADY_SECONDS = 60.0  # a part that has run this long has its pauses counted from the first again
POLL_SECONDS = 0.1
PROBE_SECONDS = 1.0
DONE = object()


@dataclass(frozen=True, slots=True)
class Stage:
    """Parts that start together; `before` runs when the parts that it needs are ready.

    `needs` names them, by default all earlier ones. At the end of a start every part is awaited.
    """

    parts: Sequence[Part]
    before: Callable[[], None] = nothing
    needs: Sequence[str] | None = None


Watch = Callable[[State], None]
Work = Generator[None]  # something long that is done beside the keeping, a step at every turn


class Kept:
    """One part under supervision: its present process and what has happened to it."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.child: Child | None = None
        self.state = PartState(address=part.address, stop_signal=part.stop_signal)
        self.failures = 0
        self.started = 0.0
        self.start_again = 0.0
        self.probed = 0.0
        self.leaving = False

    def start(self) -> None:
        """Prepare and start the process; raises StartError when it cannot."""
        try:
            self.part.prepare()
            self.child = Child(self.part)
        except OSError as error:
            raise disk_trouble(error, self.part) from error
        self.started = time.monotonic()
        self.state.pid, self.state.birth = self.child.pid, birth_of(self.child.pid)
        self.state.status = "starting"

    def probe(self) -> None:
        """Ask whether it is ready, once a second, at every turn while it is not."""
        now = time.monotonic()
        if self.child is None or (self.state.ready and now - self.probed < PROBE_SECONDS):
            return
        self.probed = now
        self.state.ready = self.child.ready()
        if self.state.ready:
            self.state.status, self.state.trouble = "ready", None
        elif self.state.status == "ready":
            self.state.status = "not answering"

    def failure(self) -> StartError | None:
        """Why the process has ended by itself; None while it runs and when a signal ended it."""
        code = self.child.exit_code() if self.child else None
        if self.child is None or code is None or code < 0:
            return None
        said = self.child.said()
        reason = last_words(said) or f"exit code {code}"
        failed = StartError(PART_FAILED, part=self.part.name, reason=reason, log=self.part.log)
        return self.part.explain(said) or failed

    def keep(self) -> None:
        """Notice that it has died, and start it again when its pause is over; not while it is replaced."""
        if self.leaving:
            return
        if self.child is not None and self.child.exit_code() is not None:
            self._died(self.child)
        if self.child is None and time.monotonic() >= self.start_again:
            self.state.restarts += 1
            try:
                self.start()
            except StartError as trouble:
                self._pause(trouble)

    def ask_to_stop(self) -> None:
        self.state.ready = False
        if self.child is not None:
            self.state.status = "stopping"
            self.child.ask()

    def await_stop(self) -> None:
        if self.child is not None:
            self.child.stop()
        self.child = None
        self.state.pid, self.state.birth, self.state.status = None, None, "stopped"

    def _died(self, child: Child) -> None:
        code = child.exit_code() or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        explained = self.part.explain(child.said())
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.failures = 0
        self._pause(explained or StartError(PART_LOST, part=self.part.name, how=how, log=self.part.log))

    def _pause(self, trouble: StartError) -> None:
        pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures += 1
        self.child = None
        self.start_again = time.monotonic() + pause
        self.state.pid, self.state.birth, self.state.ready = None, None, False
        self.state.status = "restarting"
        self.state.trouble = trouble.in_both()


class Supervisor:
    """The stages of a platform on one data folder, and the state file that tells of them."""

    def __init__(self, stages: Sequence[Stage], data: Path, watch: Watch) -> None:
        self.stages = [(stage, [Kept(part) for part in stage.parts]) for stage in stages]
        self.data = data
        self.watch = watch
        self.stopping = False
        self.works: list[Work] = []
        kept = {one.part.name: one.state for _, group in self.stages for one in group}
        self.state = State(os.getpid(), birth_of(os.getpid()) or 0.0, time.time(), kept)
        self.written = ""

    def ask_to_stop(self) -> None:
        """May be called from a signal handler."""
        self.stopping = True

    def start(self, seconds: float) -> None:
        """Start stage after stage, each within `seconds`; raises StartError once all is stopped again."""
        self._tell()
        started: list[Kept] = []
        try:
            for stage, group in self.stages:
                needed = [one for one in started if stage.needs is None or one.part.name in stage.needs]
                self._await(started, needed, seconds)
                if self.stopping:
                    return
                stage.before()
                for one in group:
                    one.start()
                    started.append(one)
                    self._tell()
            self._await(started, started, seconds)
        except BaseException:
            self.stop()
            raise

    def run(self) -> None:
        """Keep everything running until asked to stop, then stop it; `works` go on a step at every turn."""
        while not self.stopping:
            for one in self._kept():
                one.keep()
                one.probe()
            self.works = [work for work in self.works if next(work, DONE) is not DONE]
            self._tell()
            time.sleep(POLL_SECONDS)
        for work in self.works:
            work.close()
        self.stop()

    def kept(self, name: str) -> Kept | None:
        """The part of that name; None when there is none."""
        return next((one for one in self._kept() if one.part.name == name), None)

    def stop(self) -> None:
        """Stop the stages in reverse order: services drain while their servers still run."""
        for _, group in reversed(self.stages):
            for one in group:
                one.ask_to_stop()
            self._tell()
            for one in group:
                one.await_stop()
            self._tell()

    def _await(self, started: Sequence[Kept], needed: Sequence[Kept], seconds: float) -> None:
        """Keep what is started until what is needed is ready; raises StartError when it cannot be."""
        deadline = time.monotonic() + seconds
        while not self.stopping:
            for one in started:
                failure = one.failure()
                if failure is not None:
                    raise failure
                one.keep()
                one.probe()
            self._tell()
            late = [one for one in needed if not one.state.ready]
            if not late:
                return
            if time.monotonic() > deadline:
                raise StartError(
                    PART_SLOW, part=late[0].part.name, seconds=round(seconds), log=late[0].part.log
                )
            time.sleep(POLL_SECONDS)

    def _kept(self) -> list[Kept]:
        return [one for _, group in self.stages for one in group]

    def _tell(self) -> None:
        """Write the state and show it when it has changed."""
        now = repr(self.state)
        if now != self.written:
            self.written = now
            with contextlib.suppress(OSError):  # a full disk must not take down what still runs
                self.state.write(self.data)
            self.watch(self.state)


def disk_trouble(error: OSError, part: Part) -> StartError:
    """The sentence for a part that the file system did not let start."""
    if error.errno == errno.ENOSPC:
        return StartError(DISK_FULL, part=part.name, folder=part.log.parent)
    return StartError(PART_FAILED, part=part.name, reason=str(error), log=part.log)
