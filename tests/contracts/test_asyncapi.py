"""The description for partners is whole, and says what the registry says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from contracts import asyncapi
from contracts.registry import FACTS, topics
from contracts.values import PLATFORM
from contracts.yaml_text import yaml_text

HERE = Path(__file__).parent / "asyncapi"
COMMITTED = Path(__file__).parents[2] / "contracts" / "asyncapi.yaml"
DOCUMENT = asyncapi.document()
needs_parser = pytest.mark.skipif(
    not (HERE / "node_modules").is_dir() or shutil.which("node") is None,
    reason="`npm ci` in tests/contracts/asyncapi brings the parser",
)


def run(script: str, text: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    assert node is not None
    command = [node, str(HERE / script)]
    return subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)  # noqa: S603


def test_every_topic_is_a_channel_and_every_event_a_message_of_it() -> None:
    channels = DOCUMENT["channels"]
    assert {name: channel["bindings"]["kafka"]["partitions"] for name, channel in channels.items()} == {
        topic.name: topic.partitions for topic in topics()
    }
    assert {(name, message) for name, channel in channels.items() for message in channel["messages"]} == {
        (fact.topic.name, fact.type) for fact in FACTS.values()
    }


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("name", FACTS)
def test_a_message_shows_an_event_that_its_class_reads(name: str) -> None:
    fact, message = FACTS[name], DOCUMENT["components"]["messages"][name]
    (shown,) = message["examples"]
    said = fact.model_validate_json(json.dumps(shown["payload"]))
    headers = shown["headers"]
    assert (headers["ce_type"], headers["ce_subject"]) == (name, said.aggregate_id)
    assert headers["ce_partitionkey"] == f"{headers['ce_territoryid']}/{said.aggregate_id}"
    assert headers.keys() >= set(DOCUMENT["components"]["messageTraits"]["cloudevent"]["headers"]["required"])
    assert message["summary"] == (fact.__doc__ or "").strip()


def test_persons_travel_under_the_platform_and_their_names_are_marked() -> None:
    message = DOCUMENT["components"]["messages"]["maillage.membership.PersonRegistered.v1"]
    assert message["x-data-class"] == "personal"
    assert message["examples"][0]["headers"]["ce_territoryid"] == PLATFORM
    fields = DOCUMENT["components"]["schemas"]["PersonRegistered"]["properties"]
    assert (fields["given_name"]["x-personal"], fields["given_name"]["x-subject"]) == (True, "person_id")


def test_text_is_written_in_quotes_and_structure_by_indentation() -> None:
    document = {"on": "yes", "a": {"b-c": [{"d": None, "e": [1, [True]]}, []], "f": {}}, "$ref": "é\n"}
    assert yaml_text(document) == (
        '"on": "yes"\na:\n  b-c:\n    - d: null\n      e:\n        - 1\n        - - true\n    - []\n  f: {}\n'
        '$ref: "é\\n"\n'
    )


@needs_parser
def test_the_parser_of_asyncapi_finds_nothing_wrong() -> None:
    outcome = run("check.mjs", COMMITTED.read_text(encoding="utf-8"))
    assert outcome.returncode == 0, outcome.stdout
    assert json.loads(outcome.stdout) == {"channels": len(topics()), "messages": len(FACTS), "wrong": []}


@needs_parser
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('address: "booking.bookings.v1"', "address: 5"),
        ("#/components/schemas/BookingConfirmed", "#/components/schemas/Nothing"),
        ('action: "send"', 'action: "shout"'),
        ("  license:", " license:"),
    ],
)
def test_the_parser_does_see_a_planted_mistake(old: str, new: str) -> None:
    text = COMMITTED.read_text(encoding="utf-8")
    assert old in text
    outcome = run("check.mjs", text.replace(old, new, 1))
    assert outcome.returncode == 1
    assert json.loads(outcome.stdout)["wrong"] != []


@needs_parser
@pytest.mark.parametrize(
    "document",
    [
        DOCUMENT,
        {"no": "no", "on": ["1", 1, 1.5, None, True, "", " a", "a: b # c", "- x", "\ttab", "l'été « 302 »"]},
        {"breaks": "a\nb\r\n\x85\u2028\u2029\ufeff\x7f\x00", "beyond": "\U0001f600 \ufffe", "\u2028": "key"},
        {"deep": [[[], {}], [{"a": [{}]}]], "": {"~": "null", "2026-03-12": "2026-03-12"}},
    ],
    ids=["described", "words", "breaks", "deep"],
)
def test_a_yaml_reader_finds_what_was_written(document: dict[str, object]) -> None:
    outcome = run("read.mjs", yaml_text(document))
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout) == document
