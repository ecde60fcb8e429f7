"""Reads what the services of a platform noted of a trace, and says whether it is one tree."""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from journey import Json


@dataclass(frozen=True, slots=True)
class Root:
    """The span of somebody outside, who asks that the trace be kept."""

    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-01"


@dataclass(frozen=True, slots=True)
class Tree:
    """The spans of one trace, under that of a caller outside."""

    root: Root
    spans: list[Json]

    @property
    def steps(self) -> set[str]:
        """What was done by whom: `billing: process booking.bookings.v1 [billing.charges]`."""
        return {_step(span) for span in self.spans if span["ok"]}

    @property
    def ids(self) -> set[str]:
        return {self.root.span_id, *(span["span_id"] for span in self.spans)}

    @property
    def orphans(self) -> list[Json]:
        """Spans whose parent is nowhere in the trace."""
        known = self.ids
        return [span for span in self.spans if span["parent_id"] not in known]

    def spans_of(self, step: str) -> list[Json]:
        return [span for span in self.spans if _step(span) == step]

    def lacks(self, steps: Iterable[str]) -> set[str]:
        """Return which of these steps are not in the tree, and what hangs in the air."""
        return (set(steps) - self.steps) | {f"orphan: {_step(span)}" for span in self.orphans}


def trees(data: Path, roots: Iterable[Root]) -> list[Tree]:
    """Return the tree of each of these traces, as far as it stands on disk."""
    found: dict[str, list[Json]] = defaultdict(list)
    for file in sorted(data.glob("services/*/traces/*.jsonl")):
        for line in file.read_text("utf-8").split("\n")[:-1]:  # what follows the last break is being written
            span: Json = json.loads(line)
            found[span["trace_id"]].append(span)
    return [Tree(root, found[root.trace_id]) for root in roots]


def tree(data: Path, root: Root) -> Tree:
    return trees(data, [root])[0]


def _step(span: Json) -> str:
    group = span["attributes"].get("messaging.consumer.group.name")
    return f"{span['service']}: {span['name']}" + (f" [{group}]" if group else "")
