"""Owns the independent judge that the compatibility gate is held against."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsoncompat import check_compat

from contracts.shape import JsonObject

Judge = Callable[[JsonObject, JsonObject], dict[str, bool]]


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Return who says of a change whether new readers read kept events and old readers new ones."""
    return _judged


def _judged(old: JsonObject, new: JsonObject) -> dict[str, bool]:
    return {
        "backward": check_compat(json.dumps(_closed(old)), json.dumps(new), "deserializer"),
        "forward": check_compat(json.dumps(old), json.dumps(_closed(new)), "serializer"),
    }


def _closed(node: Any) -> Any:
    """The schema as its producer writes: no other fields."""
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {keyword: _closed(value) for keyword, value in node.items()}
    return {**made, "additionalProperties": False} if made.get("type") == "object" else made
