"""Decides what of a JSON Schema is shape, which the gate guards, and what is only its documentation."""

from typing import Any

JsonObject = dict[str, Any]

_DOCUMENTATION = frozenset(
    {"$comment", "$defs", "$id", "$ref", "$schema", "deprecated", "description", "examples", "title"}
    | {"x-known-values"}
)
_NULL: JsonObject = {"type": "null"}


def shape(schema: JsonObject) -> JsonObject:
    """The schema without documentation, references resolved, `anyOf` with null written as `nullable`."""
    return _shaped(schema, schema.get("$defs", {}), ())


def paths(node: JsonObject, prefix: str = "") -> set[str]:
    """Every field that a shape names, as `payer.person_id` or `items[].label.fr`."""
    named = set()
    for name, member in node.get("properties", {}).items():
        named |= {f"{prefix}{name}"} | paths(member, f"{prefix}{name}.")
    if isinstance(items := node.get("items"), dict):
        named |= paths(items, f"{prefix.removesuffix('.')}[].")
    return named


def _shaped(node: JsonObject, defs: JsonObject, inside: tuple[str, ...]) -> JsonObject:
    kept: JsonObject = {}
    if reference := node.get("$ref"):
        name = str(reference).rpartition("/")[2]
        if name in inside:
            raise ValueError(f"{name} contains itself, which no event may")
        kept = _shaped(defs[name], defs, (*inside, name))
    for keyword, value in node.items():
        if keyword not in _DOCUMENTATION:
            kept[keyword] = _value(keyword, value, defs, inside)
    return _with_nullable(kept)


def _value(keyword: str, value: Any, defs: JsonObject, inside: tuple[str, ...]) -> Any:
    if keyword == "properties":
        return {name: _shaped(member, defs, inside) for name, member in value.items()}
    if keyword in {"anyOf", "oneOf", "allOf", "prefixItems"}:
        return [_shaped(branch, defs, inside) for branch in value]
    if keyword in {"required", "enum"}:
        return sorted(value, key=repr)
    return _shaped(value, defs, inside) if isinstance(value, dict) else value


def _with_nullable(node: JsonObject) -> JsonObject:
    branches = node.get("anyOf", [])
    others = [branch for branch in branches if branch != _NULL]
    if len(others) == len(branches):
        return node
    rest = {keyword: value for keyword, value in node.items() if keyword != "anyOf"}
    return {**(others[0] if len(others) == 1 else {"anyOf": others}), **rest, "nullable": True}
