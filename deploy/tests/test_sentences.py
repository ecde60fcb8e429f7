"""Every failure has an id of its own, a sentence and a way out, in both languages, with the same values."""

from __future__ import annotations

import string

import pytest

from maillage import sentences
from maillage.sentences import PORT_TAKEN, Sentence, StartError, language

ALL = [value for value in vars(sentences).values() if isinstance(value, Sentence)]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_ids_are_unique_and_never_change_form() -> None:
    ids = [sentence.id for sentence in ALL]
    assert len(ids) == len(set(ids)) > 15
    assert all(len(identity) == 8 and identity.startswith("MLG-E") for identity in ids)


@pytest.mark.parametrize("sentence", ALL, ids=lambda sentence: sentence.id)
def test_both_languages_say_the_same_values_and_end_as_sentences(sentence: Sentence) -> None:
    assert fields(sentence.en) == fields(sentence.fr)
    assert fields(sentence.en_cure) == fields(sentence.fr_cure)
    assert sentence.en != sentence.fr
    assert sentence.en_cure.endswith(".")
    assert sentence.fr_cure.endswith(".")


def test_a_failure_speaks_the_language_asked_for() -> None:
    failure = StartError(PORT_TAKEN, port=9192, part="kafka", holder="java", setting="MAILLAGE_KAFKA_PORT")
    assert failure.said("fr") == "Le port 9192, nécessaire à kafka, est déjà pris par java."
    assert failure.said("en") == "Port 9192, needed by kafka, is taken by java."
    assert "MAILLAGE_KAFKA_PORT" in failure.cure("fr")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({"LANG": "fr_FR.UTF-8"}, "fr"), ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"), ({}, "en")],
)
def test_the_locale_decides_when_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected
