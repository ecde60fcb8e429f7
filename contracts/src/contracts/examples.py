"""Decides what an event looks like when shown: one valid example of each class, made from its schema."""

from typing import Any

from contracts.shape import JsonObject


def example(schema: JsonObject) -> JsonObject:
    """A valid instance with every field filled; raises ValueError naming a field that gives no example."""
    shown = _of(schema, schema.get("$defs", {}), "")
    if not isinstance(shown, dict):
        raise ValueError("an event is an object")  # noqa: TRY004 - the value is wrong, not its Python type
    return shown


def _of(node: JsonObject, defs: JsonObject, path: str) -> Any:
    if shown := node.get("examples"):
        return shown[0]
    if reference := node.get("$ref"):
        return _of(defs[reference.rpartition("/")[2]], defs, path)
    if branches := node.get("anyOf"):
        return _of(next(branch for branch in branches if branch.get("type") != "null"), defs, path)
    if node.get("type") == "array":
        return [_of(node["items"], defs, f"{path}[]")]
    if node.get("type") == "object":
        members = node["properties"].items()
        return {name: _of(member, defs, f"{path}.{name}".lstrip(".")) for name, member in members}
    raise ValueError(f"{path} gives no example")
