"""Owns what a figure is: its name, its unit, its goal, and what several runs say together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Say = Callable[[str], None]
NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; a miss of a hard figure fails the whole run."""

    goal_id: str
    name: str
    unit: str
    at_most: float | None = None
    """The goal of the figure itself."""
    ratio_at_least: float | None = None
    """The goal of ours divided by the raw limit."""
    hard: bool = False

    @property
    def goal(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}{'' if self.hard else f' {self.unit}'}"
        return f"≥ {self.ratio_at_least:g}×" if self.ratio_at_least is not None else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one run measured: ours, and the raw limit where there is one."""

    figure: Figure
    ours: float
    raw: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A figure over several runs: medians, or the worst run of a hard figure."""

    figure: Figure
    ours: float
    raw: float | None
    runs: Sequence[Reading] = field(repr=False)

    @property
    def ratio(self) -> float | None:
        return self.ours / self.raw if self.raw else None

    @property
    def ok(self) -> bool:
        if self.figure.at_most is not None:
            return self.ours <= self.figure.at_most
        wanted = self.figure.ratio_at_least
        return wanted is None or (self.ratio is not None and self.ratio >= wanted)

    def as_json(self) -> Mapping[str, object]:
        return {
            "id": self.figure.goal_id,
            "name": self.figure.name,
            "unit": self.figure.unit,
            "ours": self.ours,
            "raw": self.raw,
            "ratio": self.ratio,
            "goal": self.figure.goal,
            "hard": self.figure.hard,
            "ok": self.ok,
            "runs": [[run.ours, run.raw] for run in self.runs],
        }


def pace_reached(goal_id: str, name: str, reached: float, asked: float) -> Reading:
    """Return how much of the asked load came about; under too little of it, latencies flatter."""
    figure = Figure(goal_id, f"pace reached of the pace asked, {name}", "a second", ratio_at_least=NEARLY)
    return Reading(figure, reached, asked)


def results(readings: Sequence[Reading]) -> list[Result]:
    """Bring the runs of each figure together, in the order in which figures were first read."""
    by_figure: dict[Figure, list[Reading]] = {}
    for reading in readings:
        by_figure.setdefault(reading.figure, []).append(reading)
    return [_result(figure, runs) for figure, runs in by_figure.items()]


def _result(figure: Figure, runs: Sequence[Reading]) -> Result:
    ours = [run.ours for run in runs]
    raw = [run.raw for run in runs if run.raw is not None]
    return Result(figure, max(ours) if figure.hard else median(ours), median(raw) if raw else None, runs)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed; raises ValueError for none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
