"""What the gate lets pass is read by the real classes, old by new and new by old."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, create_model

from contracts.compatibility import Incompatible, gate
from contracts.money import Money, Quantity
from contracts.schemas import Untitled
from contracts.shape import JsonObject
from contracts.values import Value

Judge = Callable[[JsonObject, JsonObject], dict[str, bool]]
Values = st.SearchStrategy[Any]
Presence = Literal["required", "nullable", "optional", "defaulted"]

SIMPLE: dict[str, tuple[Any, Values, Any]] = {
    "whole": (int, st.integers(-(10**9), 10**9), 0),
    "few": (Annotated[int, Field(ge=0, le=3)], st.integers(0, 3), 0),
    "more": (Annotated[int, Field(ge=0, le=9)], st.integers(0, 9), 0),
    "number": (float, st.floats(-1e6, 1e6), 0.0),
    "text": (str, st.text(max_size=6), ""),
    "short": (Annotated[str, Field(max_length=2)], st.text(max_size=2), ""),
    "letters": (Annotated[str, Field(pattern="^[a-z]*$")], st.text("abc", max_size=6), ""),
    "uuid": (UUID, st.uuids().map(str), UUID(int=0)),
    "flag": (bool, st.booleans(), False),
    "two": (Literal["a", "b"], st.sampled_from("ab"), "a"),
    "three": (Literal["a", "b", "c"], st.sampled_from("abc"), "a"),
    "quantity": (Quantity, st.decimals(-99, 99, places=4).map(lambda value: format(value, "f")), Decimal(0)),
    "money": (
        Money,
        st.builds(lambda minor: {"minor": minor, "currency": "EUR"}, st.integers(-99, 99)),
        Money(minor=0, currency="EUR"),
    ),
    "texts": (tuple[str, ...], st.lists(st.text(max_size=2), max_size=2), ()),
    "wholes": (tuple[int, ...], st.lists(st.integers(-9, 9), max_size=2), ()),
}

ALIKE = (
    ("whole", "number", "few", "more"),
    ("text", "short", "letters", "uuid"),
    ("two", "three", "text"),
    ("texts", "wholes"),
)
NEIGHBOURS = {
    kind: [near for group in ALIKE if kind in group for near in group if near != kind] or ["text"]
    for kind in SIMPLE
}


@dataclass(frozen=True, slots=True)
class Member:
    """A field: its kind, and whether its producer must write it, and whether null will do."""

    kind: str
    presence: Presence
    inner: tuple[tuple[str, "Member"], ...] = ()


Members = dict[str, Member]
DEMANDED = frozenset({"required", "nullable"})
NAMES = st.sampled_from("pqrstu")
PRESENCES: st.SearchStrategy[Presence] = st.sampled_from(("required", "nullable", "optional", "defaulted"))
simple = st.builds(Member, st.sampled_from(sorted(SIMPLE)), PRESENCES)
may_be_left_out = st.builds(
    Member, st.sampled_from(sorted(SIMPLE)), st.sampled_from(("optional", "defaulted"))
)
nested = st.builds(
    Member,
    st.sampled_from(("group", "groups")),
    st.sampled_from(("required", "optional")),
    st.dictionaries(NAMES, simple, min_size=1, max_size=3).map(lambda inner: tuple(inner.items())),
)
members = st.dictionaries(NAMES, st.one_of(simple, simple, nested), min_size=2, max_size=5)


@st.composite
def later(draw: st.DrawFn, before: Members) -> Members:
    """The fields of the next revision: one of them changed, or gone, and perhaps another one new."""
    after = dict(before)
    name = draw(st.sampled_from(sorted(before)))
    match draw(st.sampled_from(("drop", "presence", "neighbour", "replace", "inside"))):
        case "drop" if len(after) > 1:
            del after[name]
        case "presence":
            after[name] = replace(before[name], presence=draw(PRESENCES))
        case "neighbour" if not before[name].inner:
            after[name] = replace(before[name], kind=draw(st.sampled_from(NEIGHBOURS[before[name].kind])))
        case "replace":
            after[name] = draw(st.one_of(simple, nested))
        case "inside" if before[name].inner:
            inner = draw(later(dict(before[name].inner)))
            after[name] = replace(before[name], inner=tuple(inner.items()))
        case _:
            pass
    return draw(st.dictionaries(NAMES, simple, max_size=1)) | after


def built(fields: Members, name: str = "Planted") -> type[BaseModel]:
    """The class that an author would write for these fields."""
    return create_model(name, __base__=Value, **{key: _field(key, member) for key, member in fields.items()})


def _field(name: str, member: Member) -> Any:
    if member.inner:
        group = built(dict(member.inner), f"Group{name.upper()}")
        annotation: Any = tuple[group, ...] if member.kind == "groups" else group  # type: ignore[valid-type]
        default: Any = None
    else:
        annotation, _, default = SIMPLE[member.kind]
    match member.presence:
        case "required":
            return (annotation, ...)
        case "nullable":
            return (annotation | None, ...)
        case "optional":
            return (annotation | None, None)
        case "defaulted":
            return (annotation, default)


def written(fields: Members) -> st.SearchStrategy[JsonObject]:
    """What a producer with these fields writes."""
    demanded = {name for name, member in fields.items() if member.presence in DEMANDED}
    values = {name: _value(member) for name, member in fields.items()}
    return st.fixed_dictionaries(
        {name: value for name, value in values.items() if name in demanded},
        optional={name: value for name, value in values.items() if name not in demanded},
    )


def _value(member: Member) -> Values:
    if member.inner:
        group = written(dict(member.inner))
        made = st.lists(group, max_size=2) if member.kind == "groups" else group
    else:
        made = SIMPLE[member.kind][1]
    return st.one_of(st.none(), made) if member.presence in {"nullable", "optional"} else made


def schema(model: type[BaseModel]) -> JsonObject:
    return model.model_json_schema(schema_generator=Untitled)


def asked(old: type[BaseModel], new: type[BaseModel]) -> list[Incompatible]:
    return gate("planted", [schema(old)], schema(new))


def same(one: Any, other: Any) -> bool:
    """Whether two readings agree on whatever both of them know."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(same(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def assert_read_alike(writer: type[BaseModel], reader: type[BaseModel], value: JsonObject) -> None:
    said = writer.model_validate_json(json.dumps(value))
    for text in (said.model_dump_json(), said.model_dump_json(exclude_unset=True)):
        read = reader.model_validate_json(text)
        assert same(json.loads(read.model_dump_json()), json.loads(said.model_dump_json())), (text, read)


STEADY = settings(
    deadline=None,
    max_examples=200,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.too_slow],
)


@STEADY
@given(st.data())
def test_what_the_gate_lets_pass_breaks_no_real_decode(data: st.DataObject) -> None:
    before = data.draw(members)
    after = data.draw(later(before))
    old, new = built(before), built(after)
    if asked(old, new):
        event("refused")
        return
    event("passed, unchanged" if before == after else "passed, changed")
    assert_read_alike(old, new, data.draw(written(before)))
    assert_read_alike(new, old, data.draw(written(after)))


@STEADY
@given(st.data())
def test_the_gate_lets_optional_fields_come_and_go(data: st.DataObject) -> None:
    before = data.draw(members)
    kept = {
        name: m
        for name, m in before.items()
        if m.presence in {"required", "nullable"} or data.draw(st.booleans())
    }
    added = data.draw(st.dictionaries(NAMES.map(str.upper), may_be_left_out, max_size=2))
    old, new = built(before), built(kept | added)
    assert asked(old, new) == []
    assert_read_alike(old, new, data.draw(written(before)))
    assert_read_alike(new, old, data.draw(written(kept | added)))


BLIND: frozenset[str] = frozenset({"format-changed", "constraint-changed", "default-changed"})
"""Rules about patterns, formats and meaning, of which the judge knows nothing or not all."""


@STEADY
@given(st.data())
def test_the_gate_raises_no_alarm_that_an_independent_judge_does_not_share(
    judge: Judge, data: st.DataObject
) -> None:
    before = data.draw(members)
    old, new = (schema(built(fields)) for fields in (before, data.draw(later(before))))
    rules = {refusal.rule for refusal in gate("planted", [old], new)}
    readable = all(judge(old, new).values())
    if rules - BLIND:
        assert not readable, rules
    elif not rules:
        assert readable


def test_changes_that_pass_and_changes_that_are_refused_are_both_drawn() -> None:
    drawn: set[tuple[bool, bool]] = set()

    @settings(STEADY, database=None, derandomize=True)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        before = data.draw(members)
        after = data.draw(later(before))
        drawn.add((before == after, bool(asked(built(before), built(after)))))

    draw()
    assert {(False, False), (False, True)} <= drawn
