"""Loads two tiny services while their processes, broker and database are harmed, then checks every promise.

    python tests/resilience/chaos.py --seconds 180 --json

Exits with 0 when every invariant holds, 1 when one is violated, 2 when the run was too small to tell.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from broker_proxy import BrokerProxy
from checker import MOST_NAMED, Verdict, check
from faults import KINDS, Faults
from load import Load
from rig import Rig, a_rig

from chassis import lane_verbs
from chassis.db import Database
from chassis.errors import NotFound
from chassis.testing import eventually

HOLDS, VIOLATED, TOO_SMALL = 0, 1, 2
ITEMS = {"wide": 50, "hot": 8}  # in each territory; item 7 is the one that poison is for
SECONDS_OF_ONE_FAULT = 3.6
COPIES = {"alpha": (("api", 2), ("worker", 1), ("relay", 2)), "beta": (("worker", 2), ("relay", 1))}


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    seed: int
    seconds: float
    acknowledged: int
    asked_again: int
    unwelcome_answers: list[str]
    faults: dict[str, int]
    restarted_by_supervisor: dict[str, int]
    records: int
    duplicates: int
    invariants: dict[str, Verdict]

    def shortfalls(self, least_commands: int, least_faults: int) -> list[str]:
        """Say, one sentence each, why the run is too small to prove anything."""
        found = []
        if self.acknowledged < least_commands:
            found.append(f"{self.acknowledged} commands were acknowledged, fewer than {least_commands}.")
        found += [
            f"{self.faults.get(kind, 0)} times «{kind}», fewer than {least_faults}."
            for kind in KINDS
            if self.faults.get(kind, 0) < least_faults
        ]
        if self.duplicates == 0:
            found.append("No record was repeated in a topic: what repeats do was not tested.")
        found += [f"{name}: nothing was checked." for name, it in self.invariants.items() if not it.checked]
        return found

    @property
    def is_violated(self) -> bool:
        return bool(self.unwelcome_answers) or any(it.violations for it in self.invariants.values())


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=180, help="how long load and faults last (180)")
    parser.add_argument("--seed", type=int, default=None, help="repeats a schedule of faults and touches")
    parser.add_argument("--clients", type=int, default=40, help="how many ask for touches at once (40)")
    parser.add_argument(
        "--pace", type=float, default=8, help="touches a second that a client asks at most (8)"
    )
    parser.add_argument("--profile", choices=ITEMS, default="wide", help="many items, or few hot ones")
    parser.add_argument("--least-commands", type=int, default=5_000, help="below it the run proves nothing")
    parser.add_argument("--least-faults", type=int, default=5, help="of each kind, the same")
    parser.add_argument("--logs", type=Path, default=None, help="keep the processes' logs in this folder")
    parser.add_argument("--json", action="store_true", help="print the report as JSON at the end")
    parser.add_argument("--provider", default="embedded", help="of the servers: embedded or testcontainers")
    parser.add_argument("--beside-servers", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    asked.seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    return asked


async def run(asked: argparse.Namespace) -> Report:
    """Do the whole run on the servers that the environment names."""
    begun = monotonic()

    def say(sentence: str) -> None:
        acknowledged = loads[0].acknowledged if loads else 0
        sys.stderr.write(f"{monotonic() - begun:6.1f} s  {acknowledged:6} acknowledged  {sentence}\n")

    loads: list[Load] = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as scratch:
        folder = asked.logs or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        proxy = BrokerProxy(os.environ["MAILLAGE_TEST_KAFKA"])
        async with a_rig(folder, bootstrap=await proxy.start(), territories=3) as rig:
            say(f"seed {asked.seed}; the parts start")
            load = _started(rig, asked)
            await load.touch(1)
            loads.append(load)
            faults = Faults(rig, proxy, random.Random(asked.seed), say)  # noqa: S311 - repeats a run
            await _harm(asked, load, faults)
            say("the faults end; what is left to do is done")
            await _settled(rig)
            history = await rig.history()
            await rig.end()
        await proxy.stop()
    return Report(
        seed=asked.seed,
        seconds=asked.seconds,
        acknowledged=sum(command.n is not None for command in history.commands),
        asked_again=load.repeated,
        unwelcome_answers=load.unwelcome,
        faults={kind: faults.done[kind] for kind in KINDS},
        restarted_by_supervisor=dict(faults.rescued),
        records=len(history.records),
        duplicates=history.duplicates,
        invariants=check(history),
    )


def _started(rig: Rig, asked: argparse.Namespace) -> Load:
    for service, roles in COPIES.items():
        for role, copies in roles:
            for copy in range(copies):
                rig.part(service, role, copy=str(copy))
    rig.start()
    apis = [part for part in rig.parts.values() if "api" in part.roles]
    return rig.load(*apis, items=ITEMS[asked.profile], seed=asked.seed)


async def _harm(asked: argparse.Namespace, load: Load, faults: Faults) -> None:
    rounds = max(asked.least_faults, round(asked.seconds / (SECONDS_OF_ONE_FAULT * len(KINDS))))
    supervising = asyncio.create_task(faults.supervise())
    loading = asyncio.create_task(load.run(asked.clients, asked.pace))
    end = monotonic() + asked.seconds
    await faults.strike(rounds, asked.seconds * 0.95)
    await asyncio.sleep(max(0, end - monotonic()))
    load.end()
    await loading
    supervising.cancel()


async def _settled(rig: Rig) -> None:
    """Wait until nothing is left to do; lanes are told to try again at once, as an operator would."""
    for part in rig.parts.values():
        if not part.is_running:
            part.start()
    with suppress(AssertionError):
        await eventually(lambda: _retried_and_quiet(rig), 90)


async def _retried_and_quiet(rig: Rig) -> bool:
    for service, database in rig.databases.items():
        worker = await Database.connect(database.worker_url, size=1)
        try:
            for lane in await lane_verbs.lanes(worker):
                name = lane["consumer"], lane["territory_id"], lane["topic"], lane["aggregate_id"]
                with suppress(NotFound):
                    await lane_verbs.retry(worker, name, f"the poison of {service} is gone")
        finally:
            await worker.close()
    await asyncio.sleep(1)
    return await rig.is_quiet()


def table(report: Report) -> str:
    """Write the report for people."""
    lines = [
        f"seed {report.seed}, {report.seconds:g} s",
        f"{report.acknowledged:8,} commands acknowledged, {report.asked_again:,} of them asked again",
        f"{report.records:8,} records in the topics, {report.duplicates:,} of them duplicates",
        "",
        *(f"{count:8,} {kind}" for kind, count in report.faults.items()),
        f"{sum(report.restarted_by_supervisor.values()):8,} parts that ended by themselves, started again",
        "",
        f"{'checked':>8} {'violations':>10}",
        *(f"{it.checked:8,} {len(it.violations):10,} {name}" for name, it in report.invariants.items()),
    ]
    lines += [
        f"  {name}: {each}" for name, it in report.invariants.items() for each in it.violations[:MOST_NAMED]
    ]
    lines += [f"  unwelcome answer: {each}" for each in report.unwelcome_answers[:MOST_NAMED]]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Start servers of its own, run beside them, print what came out."""
    asked = parsed()
    if not asked.beside_servers:
        here = [sys.executable, __file__, *sys.argv[1:], "--seed", str(asked.seed), "--beside-servers"]
        servers = [sys.executable, "-m", "maillage.testservers", "--provider", asked.provider, "--"]
        return subprocess.run([*servers, *here], check=False).returncode  # noqa: S603 - a program of ours
    report = asyncio.run(run(asked))
    sys.stdout.write(json.dumps(asdict(report), indent=1) + "\n" if asked.json else table(report))
    shortfalls = report.shortfalls(asked.least_commands, asked.least_faults)
    if report.is_violated:
        return VIOLATED
    for sentence in shortfalls:
        sys.stderr.write(f"This run proves nothing: {sentence}\n")
    return TOO_SMALL if shortfalls else HOLDS


if __name__ == "__main__":
    sys.exit(main())
