"""What `maillage demo` says when it cannot be lived, and what it leaves behind."""

from __future__ import annotations

import stat
import string
from pathlib import Path
from typing import Any

import pytest

from maillage.demo.facts import Facts
from maillage.demo.failures import ALL
from maillage.demo.note import Note, invitation
from maillage.demo.post import Post
from maillage.sentences import Sentence
from maillage.settings import Settings


def test_a_platform_that_does_not_run_ends_the_demo_with_3(maillage: Any) -> None:
    said = maillage("demo", "--json")
    assert said.code == 3
    assert said.json["error"]["id"] == "MLG-E003"
    assert maillage("--lang", "fr", "demo").err.endswith("Démarrez-la avec `maillage up`.\n")


@pytest.mark.parametrize("month", ["march", "2026-13", "1999-12", "2099-10"])
def test_a_month_that_is_none_is_told_before_anything_happens(maillage: Any, month: str) -> None:
    said = maillage("demo", "--month", month)
    assert said.code == 1
    assert said.err.startswith(f"MLG-E063  {month} is no month of the demo.")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("sentence", ALL, ids=lambda sentence: sentence.id)
def test_failures_say_the_same_in_both_languages(sentence: Sentence) -> None:
    assert fields(sentence.en) == fields(sentence.fr)
    assert fields(sentence.en_cure) == fields(sentence.fr_cure)
    assert sentence.en != sentence.fr
    assert sentence.fr_cure.endswith(".")


def test_facts_are_true_only_if_all_are_and_there_are_some() -> None:
    facts = Facts()
    verdicts = [facts.all_true]
    facts.check("one", "One and one", 2, 1 + 1)
    verdicts.append(facts.all_true)
    facts.check("two", "One and two", 3, 4)
    verdicts.append(facts.all_true)
    assert verdicts == [False, True, False]
    assert facts.found[1].as_json() == {
        "id": "two",
        "text": "One and two",
        "expected": 3,
        "actual": 4,
        "ok": False,
    }


def test_the_ready_platform_offers_the_demo_and_afterwards_who_can_sign_in(data: Path) -> None:
    settings = Settings(data=data)
    assert "`maillage demo`" in "\n".join(invitation(settings))
    Note(302, "2026-03", "mlg_secret", {"hub": "hub@carcassonne.example"}).write(data)
    said = "\n".join(invitation(settings))
    assert "http://127.0.0.1:8100/sign-in" in said
    assert "hub@carcassonne.example" in said
    assert "secret" not in said
    assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
    (data / "demo.json").write_text("{half")
    assert "`maillage demo`" in "\n".join(invitation(settings)), "a damaged note is none"


MAIL = (
    "X-Mail-From: no-reply@localhost\r\nX-Rcpt-To: {to}\r\nSubject: Votre connexion\r\n"
    "Message-ID: <{id}@localhost>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nCode : {code}\r\n"
)


def test_mails_are_found_by_address_and_unfinished_files_are_left_alone(data: Path) -> None:
    post = Post(data)
    (data / "1.eml").write_text(MAIL.format(to="Noe@x.example", id="a", code="123456"))
    (data / "2.eml.part").write_text("X-Rcpt-To: noe@x.example")
    post.look()
    assert [mail.message_id for mail in post.box("noe@x.example")] == ["<a@localhost>"]
    assert post.codes("noe@x.example", since=0) == ["123456"]
    assert post.codes("noe@x.example", since=1) == []
