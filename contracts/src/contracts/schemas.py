"""Owns the retained JSON Schemas: one folder per event type, one numbered revision per shape it ever had."""

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema

from contracts.compatibility import Incompatible, gate
from contracts.envelope import Fact
from contracts.examples import example
from contracts.registry import FACTS
from contracts.shape import JsonObject, shape


class Untitled(GenerateJsonSchema):
    """JSON Schema without a title per field, which would only repeat the field's name."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - the base class gives it
        return False

    def get_title_from_name(self, name: str) -> str:
        return name


def schema_of(fact: type[Fact]) -> JsonObject:
    """The JSON Schema of an event's data, as a producer writes it and a reader reads it."""
    return {"$schema": GenerateJsonSchema.schema_dialect, **fact.model_json_schema(schema_generator=Untitled)}


@dataclass(frozen=True, slots=True)
class Revisions:
    """The retained revisions of one event type: `r1.json`, `r2.json` … and an example beside each."""

    folder: Path

    @property
    def type(self) -> str:
        return self.folder.name

    def numbers(self) -> list[int]:
        return sorted(int(path.stem[1:]) for path in self.folder.glob("r*.json") if "." not in path.stem)

    def schemas(self) -> list[JsonObject]:
        """Every revision, oldest first."""
        return [_read(self.folder / f"r{number}.json") for number in self.numbers()]

    def examples(self) -> list[JsonObject]:
        """The example of every revision, oldest first."""
        return [_read(self.folder / f"r{number}.example.json") for number in self.numbers()]

    def keep(self, schema: JsonObject) -> None:
        """Retain a schema: a new revision for a new shape, else the last one with its new documentation."""
        shown = example(schema)
        numbers = self.numbers() or [0]
        last = numbers[-1]
        if last == 0 or shape(_read(self.folder / f"r{last}.json")) != shape(schema):
            last += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / f"r{last}.json", schema)
        _write(self.folder / f"r{last}.example.json", shown)


def retained(root: Path) -> dict[str, Revisions]:
    """The retained types by name; raises FileNotFoundError when there is no such folder."""
    return {folder.name: Revisions(folder) for folder in sorted(root.iterdir()) if folder.is_dir()}


def refusals(root: Path) -> list[Incompatible]:
    """What the gate finds wrong between the retained revisions and the classes of this release."""
    found: list[Incompatible] = []
    for name, revisions in retained(root).items():
        if name in FACTS:
            found += gate(name, revisions.schemas(), schema_of(FACTS[name]))
        else:
            found.append(Incompatible(name, "", "type-removed", f"r{revisions.numbers()[-1]}"))
    return found


def stale(root: Path) -> list[str]:
    """Types whose last retained revision is not what the class says now."""
    kept = {name: revisions.schemas()[-1:] for name, revisions in retained(root).items()}
    return [name for name, fact in FACTS.items() if kept.get(name) != [schema_of(fact)]]


def write(root: Path) -> None:
    """Retain the schemas of this release; the caller has asked the gate."""
    for name, fact in FACTS.items():
        Revisions(root / name).keep(schema_of(fact))


def _read(path: Path) -> JsonObject:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object")  # noqa: TRY004 - the file is wrong, not a type
    return content


def _write(path: Path, content: JsonObject) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
