"""Every place that a receipt of an erasure may name is named in words, in both languages."""

import importlib

from chassis.erasure import CHASSIS_KEEPS, CHASSIS_TAKES, Traces
from contracts.places import PLACES, place_name
from contracts.registry import SERVICES

_PARKED = "lane_event"  # emptied by code, not by a statement


def places_of(traces: Traces) -> set[str]:
    """The places that the receipts of a service may name."""
    found = (traces.on_platform, traces.in_territory, traces.kept, traces.kept_on_platform)
    return {place for each in found for place in each}


def test_every_place_that_a_receipt_names_is_named_in_words() -> None:
    named = {_PARKED, *CHASSIS_KEEPS, *CHASSIS_TAKES}
    for service in SERVICES:
        named |= places_of(importlib.import_module(f"{service}.erasures.store").TRACES)
    assert named == PLACES.keys()


def test_a_place_without_words_is_called_what_its_service_calls_it() -> None:
    assert place_name("lockers").fr == "lockers"
    assert all(each.fr != place and each.en for place, each in PLACES.items() if place != "badges")


def test_a_place_that_were_left_out_is_found() -> None:
    assert places_of(Traces({}, {"lockers": ""})) - PLACES.keys() == {"lockers"}
