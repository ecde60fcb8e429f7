"""Facts: what must be true once the demo was lived, each with what was expected and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from maillage.demo.french import said


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is true or not."""

    id: str
    text: str
    expected: Any
    actual: Any

    @property
    def ok(self) -> bool:
        return bool(self.expected == self.actual)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": self.text,
            "expected": self.expected,
            "actual": self.actual,
            "ok": self.ok,
        }


@dataclass(slots=True)
class Facts:
    """All facts of a run, in the order in which they were looked at."""

    found: list[Fact] = field(default_factory=list)

    def check(self, name: str, text: str, expected: Any, actual: Any) -> None:
        """Note a fact; its text is said in the language of the terminal."""
        self.found.append(Fact(name, said(text), expected, actual))

    @property
    def all_true(self) -> bool:
        return bool(self.found) and all(fact.ok for fact in self.found)
