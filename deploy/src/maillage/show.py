"""What `maillage up` shows while it works, on stderr: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from maillage.runtime.state import PartState, State
from maillage.sentences import language, told


class Show(Protocol):
    """Somewhere progress can be followed."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def say(self, line: str) -> None: ...
    def download(self, done: int, total: int) -> None: ...
    def state(self, state: State) -> None: ...
    def aside(self) -> AbstractContextManager[None]: ...


class Lines:
    """One line per change: for logs, pipes and dumb terminals."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.tenths = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stderr.flush()

    def say(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def download(self, done: int, total: int) -> None:
        """At most eleven lines, whatever the number of files."""
        tenths = 10 * done // total
        if tenths != self.tenths:
            self.tenths = tenths
            self.say(f"Kafka: {megabytes(done)} of {megabytes(total)} downloaded")

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()

    def state(self, state: State) -> None:
        for name, part in state.parts.items():
            line = part_line(name, part)
            if part.status != "waiting" and self.said.get(name) != line:
                self.said[name] = line
                self.say(line)


class Live:
    """One line per part, redrawn in place, by the caller's thread only: processes are forked beside it."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where there is a terminal
        from rich.live import Live as RichLive  # noqa: PLC0415 - the same

        # Stdout is left alone: it may be a file that wants the data.
        console = Console(stderr=True)
        self.live = RichLive(
            console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self.note = ""
        self.last: State | None = None

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.stop()

    def say(self, line: str) -> None:
        self.note = line
        self._draw()

    def download(self, done: int, total: int) -> None:
        filled = 30 * done // total
        self.say(f"Kafka  {'━' * filled}{'─' * (30 - filled)}  {megabytes(done)} of {megabytes(total)}")

    def state(self, state: State) -> None:
        self.last = state
        self._draw()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the table away while something is printed above it."""
        self.live.update("", refresh=True)
        self.live.stop()
        yield
        self.note = ""
        self.live.start()
        self._draw()

    def _draw(self) -> None:
        from rich.console import Group  # noqa: PLC0415 - the same
        from rich.table import Table  # noqa: PLC0415 - the same
        from rich.text import Text  # noqa: PLC0415 - the same

        table = Table(box=None, show_header=False, pad_edge=False)
        troubles = []
        for name, part in (self.last.parts if self.last else {}).items():
            colour = {"ready": "green", "waiting": "dim", "restarting": "red", "not answering": "red"}
            status = Text(part.status, style=colour.get(part.status, "yellow"))
            restarts = f"restarted {part.restarts}×" if part.restarts else ""
            table.add_row(Text(name), status, Text(part.address), Text(restarts))
            if part.trouble:
                troubles.append(Text("  ".join(told(part.trouble, language()).values())))
        self.live.update(Group(table, *troubles, Text(self.note, style="dim")), refresh=True)


def show() -> Show:
    """The live table when stderr is a terminal."""
    return Live() if sys.stderr.isatty() else Lines()


def part_line(name: str, part: PartState) -> str:
    """One part in one line: name, status, address, restarts, and the trouble with its way out."""
    words = [f"{name:<14}{part.status:<14}{part.address}"]
    if part.restarts:
        words.append(f"restarted {part.restarts}×")
    if part.trouble:
        words += told(part.trouble, language()).values()
    return "  ".join(words).rstrip()


def megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
