"""C1, C2, C4: `maillage demo` lives two months on an empty platform; what it says is true, twice over."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from journey import Json, Platform

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]

CARCASSONNE = "/v1/territories/200035715"


@pytest.fixture(scope="module")
def empty() -> Iterator[Platform]:
    """A platform of its own: the demo opens Carcassonne itself."""
    with Platform.running() as platform:
        yield platform


def demo(platform: Platform, *options: str, language: str = "en") -> tuple[int, Json]:
    """Run the demo; return its exit code and what it says on its last line."""
    command = [sys.executable, "-m", "maillage", "--lang", language, "demo", "--json", *options]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=platform.environment, capture_output=True, text=True, check=False, timeout=800
    )
    assert done.stdout, done.stderr
    said: Json = json.loads(done.stdout.splitlines()[-1])
    return done.returncode, said


@pytest.fixture(scope="module")
def once(empty: Platform) -> Json:
    code, said = demo(empty)
    assert [fact for fact in said["facts"] if not fact["ok"]] == []
    assert (code, said["ok"]) == (0, True)
    return said


def values(said: Json) -> dict[str, object]:
    return {fact["id"]: fact["actual"] for fact in said["facts"]}


def test_c4_the_fibre_line_of_wildix_is_invoiced_in_part_then_whole(once: Json) -> None:
    found = values(once)
    assert found["fibre-2026-03"] == ["322.58", "64.52", "387.10"]
    assert found["fibre-2026-04"] == ["500.00", "100.00", "600.00"]


def test_c1_two_hundred_rivals_leave_one_with_the_room(once: Json) -> None:
    found = values(once)
    assert found["rivals"] == [1, 199]
    assert (found["offered"], found["offers-free"], found["takers"]) == (199, 0, 100)


def test_every_fact_has_a_name_of_its_own_and_a_text(once: Json) -> None:
    facts = once["facts"]
    assert len({fact["id"] for fact in facts}) == len(facts) > 60
    assert all(fact["text"] for fact in facts)


def test_a_second_run_in_french_finds_the_same_and_adds_nothing(empty: Platform, once: Json) -> None:
    code, again = demo(empty, language="fr")
    assert (code, again["ok"]) == (0, True)
    texts, french = ({fact["id"]: fact["text"] for fact in said["facts"]} for said in (once, again))
    assert [name for name, text in texts.items() if french[name] == text] == []
    assert {fact["id"] for fact in again["facts"]} == {fact["id"] for fact in once["facts"]}
    assert values(again)["nothing-twice"] == {"refused": 0, "events": 0}


@pytest.mark.usefixtures("once")
def test_another_demo_does_not_mix_with_the_one_that_was_lived(empty: Platform) -> None:
    for options in (("--seed", "7"), ("--month", "2026-05")):
        code, said = demo(empty, *options)
        assert (code, said["error"]["id"]) == (1, "MLG-E060")


def test_the_four_who_are_named_sign_in_and_see_what_is_theirs(empty: Platform, once: Json) -> None:
    mails = once["sign_ins"]
    assert set(mails) == {"hub", "finance", "member", "partner"}
    hub, finance, member, partner = (empty.sign_in(mails[role]) for role in mails)
    assert hub.get("membership", f"{CARCASSONNE}/persons")["items"]
    assert finance.get("billing", f"{CARCASSONNE}/bill-runs")["items"]
    assert member.get("booking", f"{CARCASSONNE}/bookings/own")["items"]
    assert partner.get("notifications", f"{CARCASSONNE}/partners/own")["agreements"]
    assert member.send("GET", "billing", f"{CARCASSONNE}/bill-runs").status_code == 403
