"""Decides how plain data is written as YAML 1.2: block style, texts in JSON quotes."""

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.-]*|\$ref")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def yaml_text(document: dict[str, Any]) -> str:
    """The document as YAML; takes what JSON takes, raises TypeError for anything else."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(node: Any, indent: str) -> Iterator[str]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _entry(f"{indent}{_key(key)}:", value, indent)
    elif isinstance(node, list) and node:
        for value in node:
            first, *rest = _lines(value, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
    else:
        yield f"{indent}{_quoted(node)}"


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield head
        yield from _lines(value, f"{indent}  ")
    else:
        yield f"{head} {_quoted(value)}"


def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS_OF_YAML
    return key if plain else _quoted(key)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
