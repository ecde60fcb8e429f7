"""Owns the child programs of a measurement: started, told to end by closing their input, read as JSON."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TINY = HERE.parent / "tests" / "tiny"

# the measurements run the two tiny services of the tests, on the rig of the resilience tests, the whole
# platform as the journeys do, and booking at the hub of its own tests
JOURNEYS = TINY.with_name("journeys") / "builders"
BOOKING = HERE.parent / "services" / "booking" / "tests" / "builders"
sys.path[:0] = [str(TINY.with_name("resilience")), str(TINY), str(JOURNEYS), str(BOOKING)]


class Program:
    """A script of this folder that says «ready», works until its input ends, and writes one JSON value."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def result(self, *, hasten: bool = True) -> Any:
        """Return what it wrote; with `hasten` it is told to end now. Raises RuntimeError for a failure."""
        if hasten and self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is None:
            raise RuntimeError("its output is not ours")
        written = await self._process.stdout.read()
        if await self._process.wait():
            raise RuntimeError(f"a program of the measurement ended with {self._process.returncode}")
        return json.loads(written)

    async def _ready(self) -> None:
        line = await self._process.stdout.readline() if self._process.stdout else b""
        if line != b"ready\n":
            raise RuntimeError(f"a program of the measurement did not start: {line!r}")

    def _abandon(self) -> None:
        if self._process.returncode is None:
            self._process.kill()


@asynccontextmanager
async def running(
    script: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Program]:
    """Run `bench/<script>.py` for the time of a block, which begins when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HERE / f"{script}.py"),
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    program = Program(process)
    try:
        await program._ready()  # noqa: SLF001 - the two are one
        yield program
    finally:
        program._abandon()  # noqa: SLF001 - the same
        await process.wait()


async def told_to_end() -> None:
    """Wait, in a child, for the end of its input."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def say_ready() -> None:
    """Tell the parent, from a child, that work may begin."""
    print("ready", flush=True)


def say_result(value: object) -> None:
    """Give the parent, from a child, the one result."""
    print(json.dumps(value), flush=True)
