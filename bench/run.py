"""Runs the measurements and prints each figure beside its raw limit and its goal.

`python -m maillage.testservers -- python bench/run.py [--only G3,G5] [--seconds N] [--rounds N] [--json]`

The table goes to stdout, progress to stderr; with `--json` the last line of stdout is the whole outcome. Exit
code 1 says that a hard figure missed its goal or that something failed on the way, 2 that the command was not
understood.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import asyncpg
import programs  # noqa: F401 - puts the rig on the path, for what follows

# isort: split
import chain
import commands
import consumer
import kills
import latency
import structlog
import uvloop
import whole
from figures import Reading, Result, results
from rich.console import Console
from rich.table import Table

FAMILIES: tuple[ModuleType, ...] = (latency, consumer, commands, chain, kills, whole)
GOALS = tuple(goal for family in FAMILIES for goal in family.GOALS)
Profiles = dict[str, Mapping[str, float]]

_progress = Console(stderr=True)


def say(line: str) -> None:
    _progress.print(line, style="dim", highlight=False)


@dataclass(slots=True)
class Outcome:
    """What a whole run found; an error is a measurement that could not end."""

    found: list[Result] = field(default_factory=list)
    profiles: Profiles = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.errors and all(each.ok for each in self.found if each.figure.hard)


async def run_all(asked: Sequence[str], seconds: float, rounds: int) -> Outcome:
    """Measure round by round, so that a disturbance touches one run of each figure; then profile misses."""
    outcome, readings = Outcome(), list[Reading]()
    families = [family for family in FAMILIES if set(family.GOALS) & set(asked)]
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for family in families:
            try:
                readings += await family.measure(asked, seconds, say)
            except Exception as error:  # noqa: BLE001 - the other figures are still wanted
                outcome.errors.append(f"{'/'.join(family.GOALS)}: {type(error).__name__}: {error}")
                say(outcome.errors[-1])
    outcome.found = results(readings)
    for family in families:
        missed = {each.figure.goal_id for each in outcome.found if not each.ok} & set(family.GOALS)
        if missed:
            say(f"profile of {', '.join(sorted(missed))}")
            outcome.profiles |= await family.profile(missed, seconds)
    return outcome


async def servers() -> Mapping[str, str]:
    """Return what the figures depend on, outside the project."""
    connection = await asyncpg.connect(os.environ["MAILLAGE_TEST_POSTGRES"])
    try:
        shown = {name: await connection.fetchval(f"SHOW {name}") for name in ("server_version", "fsync")}
    finally:
        await connection.close()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return {**shown, "cores": str(os.cpu_count()), "load average": load}


def show(outcome: Outcome, ground: Mapping[str, str]) -> None:
    """Print the table, the share of each step where a goal was missed, and what failed."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table("goal", "figure", "unit")
    for name in ("ours", "raw limit", "ratio"):
        table.add_column(name, justify="right")
    table.add_column("wanted")
    table.add_column("")
    for each in outcome.found:
        figure = each.figure
        ratio = f"{each.ratio:.2f}×" if each.ratio is not None else ""
        numbers = (_number(each.ours), _number(each.raw), ratio)
        table.add_row(figure.goal_id, figure.name, figure.unit, *numbers, figure.goal, _verdict(each))
    console.print(table)
    for name, steps in outcome.profiles.items():
        parts = ", ".join(f"{step} {share:.0%}" for step, share in steps.items())
        console.print(f"{name}: {parts}", highlight=False)
    for error in outcome.errors:
        console.print(error, style="red", highlight=False, markup=False)
    console.print(", ".join(f"{name} {value}" for name, value in ground.items()), highlight=False)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"  # noqa: PLR2004 - three digits


def _verdict(result: Result) -> str:
    if not result.figure.goal:
        return ""
    if result.ok:
        return "[green]ok[/]"
    return "[red]MISS[/]" if result.figure.hard else "[yellow]miss[/]"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the event path beside its raw limits.")
    parser.add_argument("--only", metavar="G3,G5", help=f"goals, of {', '.join(GOALS)}")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each measurement (default 3)")
    parser.add_argument("--json", action="store_true", help="write the outcome as the last line")
    asked = parser.parse_args(words)
    asked.goals = asked.only.upper().split(",") if asked.only else list(GOALS)
    if unknown := [goal for goal in asked.goals if goal not in GOALS]:
        parser.error(f"{unknown[0]} is none of {', '.join(GOALS)}")
    if asked.seconds < 1 or asked.rounds < 1:
        parser.error("--seconds and --rounds are 1 or more")
    for variable in ("MAILLAGE_TEST_POSTGRES", "MAILLAGE_TEST_KAFKA"):
        if variable not in os.environ:
            parser.error(f"{variable} is not set: begin with `python -m maillage.testservers --`")
    return asked


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    asked = _arguments(words)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the partitions of a young topic seek a leader
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    ground = uvloop.run(servers())
    outcome = uvloop.run(run_all(asked.goals, asked.seconds, asked.rounds))
    show(outcome, ground)
    if asked.json:
        figures = [each.as_json() for each in outcome.found]
        print(
            json.dumps(
                {
                    "ok": outcome.ok,
                    "figures": figures,
                    "profiles": outcome.profiles,
                    "errors": outcome.errors,
                    "servers": ground,
                }
            )
        )
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())
