"""Each situation that a territory really lived is a journey of that name, or is said to be later work."""

import re
from pathlib import Path

import pytest

SCENARIOS = {
    "C1": "a third place takes bookings",
    "C2": "operators run the place for the agglomération",
    "C3": "buildings, floors and units open on a date",
    "C4": "a fibre line lives",
    "C5": "a fablab's machines need a qualification",
    "C6": "a course for job seekers",
    "C7": "indicators against budget lines",
    "C8": "a strategy and its axes",
    "C9": "rates that a document proves",
    "K1": "fibre is rolled out by zones",
    "K2": "a fund in support of innovation",
    "K3": "rents shared with the agglomération",
    "K4": "milestones of young companies",
    "K5": "an accelerator over two territories",
    "K6": "an application carried by several",
    "K7": "an application for a national label",
    "V1": "a charter with signatories",
    "V2": "initiatives by domain",
    "V3": "a committee that votes",
    "V4": "introductions of companies to providers",
    "V5": "a full building, its waiting list and its extension",
    "P1": "a directory of 2,400 companies",
    "P2": "an exchange point and racks",
    "P3": "a network of fablabs",
    "P4": "a network of courses",
    "P5": "an event that passes from one organiser to another",
    "P6": "sectors and free software",
    "X1": "territories stay apart",
    "X2": "a partner listens",
    "X3": "a team deploys one service",
    "X4": "a hub loses its link",
    "X5": "any process is killed",
    "X6": "a person asks to be forgotten",
    "X7": "someone walks in without an account",
    "X8": "time passes: retention and purge",
    "X9": "a running hub moves in",
}
LATER = {"C3", "C6", "C7", "C8", "K1", "K2", "K3", "K4", "K5", "K6", "K7"} | {
    "V1", "V2", "V3", "V4", "V5", "P1", "P2", "P5", "P6", "X4",
}  # fmt: skip
NAMED = re.compile(r"test_(?P<ids>(?:[a-z]\d_)+)")


def lived(journeys: list[str]) -> set[str]:
    """The scenarios that the names of these files begin with: `test_c1_c2_the_302….py` lives two."""
    found = (NAMED.match(name) for name in journeys)
    return {each.upper() for match in found if match for each in match["ids"].strip("_").split("_")}


def faults(journeys: list[str], later: set[str]) -> list[str]:
    there = lived(journeys)
    missing = [name for name in SCENARIOS if name not in there | later]
    return (
        [f"{name} is no scenario" for name in sorted(there - set(SCENARIOS))]
        + [f"{name}, {SCENARIOS[name]}: no journey lives it" for name in missing]
        + [f"{name} is lived: it is no later work any more" for name in sorted(there & later)]
    )


def test_every_scenario_is_lived_or_said_to_be_later_work(root: Path) -> None:
    journeys = [file.name for file in (root / "tests" / "journeys").glob("test_*.py")]
    assert faults(journeys, LATER) == []


@pytest.mark.parametrize(
    ("journeys", "later", "fault"),
    [
        ([], set(SCENARIOS) - {"X5"}, "X5, any process is killed: no journey lives it"),
        (["test_c1_c2_a_day.py"], set(SCENARIOS) - {"C1"}, "C2 is lived: it is no later work any more"),
        (["test_z9_a_day.py"], set(SCENARIOS), "Z9 is no scenario"),
    ],
)
def test_a_scenario_out_of_place_is_found(journeys: list[str], later: set[str], fault: str) -> None:
    assert faults(journeys, later) == [fault]
