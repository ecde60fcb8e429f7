"""Half a minute of everything at once: the long run is `python tests/resilience/chaos.py`."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from faults import KINDS

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.timeout(300)]

CHAOS = Path(__file__).with_name("chaos.py")


async def chaos(*arguments: str) -> tuple[int, str, str]:
    """Run the program on servers of its own: it kills them. Return exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CHAOS), "--json", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_half_a_minute_of_faults_violates_nothing_and_a_small_run_proves_nothing() -> None:
    size = ("--least-commands", "300", "--least-faults", "1")
    code, out, err = await chaos("--seconds", "30", *size)
    assert code == 0, out + err
    report = json.loads(out)
    assert set(report["faults"]) == set(KINDS)
    assert min(report["faults"].values()) >= 1
    assert report["duplicates"] > 0
    assert all(found["checked"] > 0 and not found["violations"] for found in report["invariants"].values())
