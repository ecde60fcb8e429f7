"""Whatever a schema allows survives writing and reading."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import Fact
from contracts.registry import FACTS
from contracts.schemas import schema_of
from contracts.shape import JsonObject, shape
from contracts.values import is_siren

SIRENS = st.integers(0, 99_999_999).map(
    lambda stem: next(f"{stem:08d}{last}" for last in range(10) if is_siren(f"{stem:08d}{last}"))
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - OFFSETS adds it
FORMATS: dict[str, st.SearchStrategy[str]] = {
    "uuid": st.uuids().map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": MOMENTS.map(lambda moment: moment.isoformat()),
    "siren": SIRENS,
}


def instances(node: JsonObject) -> st.SearchStrategy[Any]:
    """Values that a shape allows."""
    if node.get("nullable"):
        return st.one_of(st.none(), instances({**node, "nullable": False}))
    return KINDS[node["type"]](node)


def lists(node: JsonObject) -> st.SearchStrategy[list[Any]]:
    return st.lists(instances(node["items"]), max_size=3)


def numbers(node: JsonObject) -> st.SearchStrategy[float]:
    return st.floats(node["minimum"], node["maximum"])


def integers(node: JsonObject) -> st.SearchStrategy[int]:
    return st.integers(node.get("minimum", -(2**53)), node.get("maximum", 2**53))


def texts(node: JsonObject) -> st.SearchStrategy[str]:
    if "format" in node:
        return FORMATS[node["format"]]
    if "pattern" in node:
        return st.from_regex(node["pattern"].replace("$", r"\Z"))
    return st.text(max_size=20)


def one_uuid(name: str) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({name: FORMATS["uuid"]})


def objects(node: JsonObject) -> st.SearchStrategy[JsonObject]:
    members = {name: instances(member) for name, member in node["properties"].items()}
    required = {name: members[name] for name in node.get("required", ())}
    optional = {name: member for name, member in members.items() if name not in required}
    made = st.fixed_dictionaries(required, optional=optional)
    match node.get("x-rule"):
        case "start < end":
            return made.filter(lambda value: instant(value["start"]) != instant(value["end"])).map(in_order)
        case "exactly one":
            return st.sampled_from(sorted(members)).flatmap(one_uuid)
        case "a siren passes the Luhn check":
            return made | st.fixed_dictionaries({**required, "scheme": st.just("siren"), "value": SIRENS})
        case None:
            return made
        case unknown:
            raise AssertionError(f"no strategy obeys the rule «{unknown}»")


KINDS: dict[str, Callable[[JsonObject], st.SearchStrategy[Any]]] = {
    "array": lists,
    "boolean": lambda _: st.booleans(),
    "integer": integers,
    "number": numbers,
    "object": objects,
    "string": texts,
}


def instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_order(period: JsonObject) -> JsonObject:
    start, end = sorted((period["start"], period["end"]), key=instant)
    return {**period, "start": start, "end": end}


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_an_event_is_read_as_it_was_written(fact: type[Fact]) -> None:
    @settings(max_examples=20, deadline=None)
    @given(instances(shape(schema_of(fact))))
    def reads(value: JsonObject) -> None:
        said = fact.model_validate(value)
        for written in (said.model_dump_json(), said.model_dump_json(exclude_none=True)):
            again = fact.model_validate_json(written)
            assert again == said
            assert again.aggregate_id == str(value[fact.topic.key]) == said.aggregate_id

    reads()


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_an_event_that_lacks_a_required_field_is_not_read(fact: type[Fact]) -> None:
    for name in schema_of(fact)["required"]:
        whole = {field: None for field in fact.model_fields if field != name}
        with pytest.raises(ValueError, match=rf"(?s){name}\n\s+Field required"):
            fact.model_validate(whole)
