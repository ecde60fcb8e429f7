"""The demo speaks French where the terminal does: no sentence of it is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import maillage.demo
from maillage.demo.french import FRENCH, said

SOURCES = sorted(Path(maillage.demo.__file__).parent.glob("*.py"))
CALLS = {"check": 1, "tell": 0}  # which argument is the sentence


def sentences() -> Iterator[str]:
    """What the demo's own source gives to `check` and `tell` as it stands there, values left open."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in CALLS and len(node.args) > CALLS[name]:
                    yield from _text(node.args[CALLS[name]])


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_every_sentence_of_the_demo_has_its_french() -> None:
    found = set(sentences())
    assert len(found) > 60
    assert found - FRENCH.keys() == {"{}"}, "a moment is no sentence"


def test_values_are_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert said("Sending 812 commands once more") == "Nouvel envoi de 812 commandes"
    assert said("2026-03 is invoiced") == "2026-03 est facturé"
    opened = said("Carcassonne Agglo (200035715) opens as a sandbox in 2026-03")
    assert opened == "Carcassonne Agglo (200035715) ouvre en bac à sable en 2026-03"
    assert (
        said("Le 302 comes in from the file of third places")
        == "Le 302 arrive par le fichier des tiers-lieux"
    )


def test_english_stays_english_and_the_unknown_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en")
    assert said("Persons who joined") == "Persons who joined"
    monkeypatch.setenv("LC_ALL", "fr")
    assert said("Something new") == "Something new"


def test_both_leave_the_same_values_open() -> None:
    assert [english for english, french in FRENCH.items() if english.count("{}") != french.count("{}")] == []
