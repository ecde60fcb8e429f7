"""Decides whether an event class may change: the producer's schema closed, the reader's open, crosswise.

Events are kept for ever and services are released one by one, so a new reader must read every kept event
and an old reader every new one. Whatever breaks either is refused within a major.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.shape import JsonObject, paths, shape

RULES = {
    "required-added": "it was added as required: kept events lack it; add it as optional",
    "made-required": "it became required: kept events may lack it; leave it optional",
    "required-removed": "it was required and is gone: older readers demand it; keep it",
    "made-optional": "it became optional: older readers demand it; keep it required",
    "type-changed": "its type changed: one side cannot read the other; use a new name",
    "integer-widened": "it became a number: older readers demand an integer; use a new name",
    "null-allowed": "it may be null now: older readers refuse null; leave it out instead",
    "null-forbidden": "it may no longer be null: kept events may hold null; allow it",
    "values-widened": "it takes more values: older readers refuse them; use an open text with known values",
    "values-narrowed": "it takes fewer values: kept events may hold the others; keep them",
    "constraint-changed": "its limits changed: what one side writes the other may refuse; keep them",
    "format-changed": "its format changed: one side cannot read the other; use a new name",
    "default-changed": "what its absence means changed: kept events would change their meaning; keep it",
    "personal-changed": "its protection of persons changed: readers would misread it; use a new name",
    "rule-changed": "the rule that its fields obey together changed: one side may refuse the other; keep it",
    "structure-changed": "its structure changed: one side may not read the other; use a new name",
    "name-reused": "a withdrawn field had this name: kept events hold its old meaning; use a new name",
    "type-removed": "its class is gone: kept events could no longer be read; keep the class",
}
"""What each rule of the gate finds wrong, why, and the way out."""

_LIMITS = frozenset(
    {"pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength"}
    | {"maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}
)
_RULE_OF_KEYWORD = {
    **dict.fromkeys(_LIMITS, "constraint-changed"),
    **dict.fromkeys(("x-personal", "x-subject", "x-pseudonym"), "personal-changed"),
    "format": "format-changed",
    "default": "default-changed",
    "x-rule": "rule-changed",
}
_WALKED = frozenset({"type", "nullable", "properties", "required", "enum", "const", "items"})


@dataclass(frozen=True, slots=True)
class Incompatible:
    """One reason why a class may not change as it did: where, and against which rule."""

    type: str
    field: str
    rule: str
    against: str

    def __str__(self) -> str:
        where = self.field or "the whole event"
        return f"{self.type}: {where} ({self.rule}, against {self.against}): {RULES[self.rule]}."


def gate(type_name: str, revisions: Sequence[JsonObject], current: JsonObject) -> list[Incompatible]:
    """Every reason why `current` may not follow the retained revisions, oldest first; empty when it may."""
    shapes = [shape(revision) for revision in revisions]
    now = shape(current)
    found = {
        (field, rule): Incompatible(type_name, field, rule, f"r{number}")
        for number, old in reversed(list(enumerate(shapes, start=1)))
        for field, rule in _differences(old, now, "")
    }
    for field in _withdrawn(shapes) & paths(now):
        number = next(n for n, old in enumerate(shapes, start=1) if field in paths(old))
        found[field, "name-reused"] = Incompatible(type_name, field, "name-reused", f"r{number}")
    return sorted(found.values(), key=lambda refusal: (refusal.field, refusal.rule))


def _withdrawn(shapes: Sequence[JsonObject]) -> set[str]:
    """Fields that some revision has and a later one lacks."""
    gone: set[str] = set()
    seen: set[str] = set()
    for revision in shapes:
        named = paths(revision)
        gone |= seen - named
        seen |= named
    return gone


def _differences(old: JsonObject, new: JsonObject, path: str) -> Iterator[tuple[str, str]]:
    if old.get("type") != new.get("type"):
        widened = (old.get("type"), new.get("type")) == ("integer", "number")
        yield path, "integer-widened" if widened else "type-changed"
        return
    if old.get("nullable", False) != new.get("nullable", False):
        yield path, "null-allowed" if new.get("nullable") else "null-forbidden"
    yield from _values(_choices(old), _choices(new), path)
    for keyword in sorted((old.keys() | new.keys()) - _WALKED):
        if old.get(keyword, _ABSENT) != new.get(keyword, _ABSENT):
            yield path, _RULE_OF_KEYWORD.get(keyword, "structure-changed")
    yield from _members(old, new, path)
    if "items" in old or "items" in new:
        yield from _differences(old.get("items", {}), new.get("items", {}), f"{path}[]")


_ABSENT = object()


def _choices(node: JsonObject) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _values(old: list[Any] | None, new: list[Any] | None, path: str) -> Iterator[tuple[str, str]]:
    if old is not None and (new is None or any(value not in old for value in new)):
        yield path, "values-widened"
    if new is not None and (old is None or any(value not in new for value in old)):
        yield path, "values-narrowed"


def _members(old: JsonObject, new: JsonObject, path: str) -> Iterator[tuple[str, str]]:
    before, after = old.get("properties", {}), new.get("properties", {})
    demanded, demands = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before.keys() | after.keys()):
        field = f"{path}.{name}" if path else name
        if name not in before:
            if name in demands:
                yield field, "required-added"
        elif name not in after:
            if name in demanded:
                yield field, "required-removed"
        else:
            if (name in demanded) != (name in demands):
                yield field, "made-required" if name in demands else "made-optional"
            yield from _differences(before[name], after[name], field)
