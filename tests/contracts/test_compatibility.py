"""Which changes of an event class the gate refuses or lets pass, and what an independent judge says."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import Field

from contracts.compatibility import RULES, gate
from contracts.envelope import Fact, Topic
from contracts.marks import Known, Pseudonym, Sealed, about
from contracts.money import Money
from contracts.schemas import schema_of
from contracts.shape import JsonObject
from contracts.values import Period, Value


class Guest(Value):
    """Someone invited."""

    guest_id: Annotated[UUID, Pseudonym()]
    seat: int | None = None


class VisitPlanned(Fact, topic=Topic("booking.visits.v1", key="visit_id")):
    """Somebody comes to see the place."""

    visit_id: UUID
    period: Period
    guests: tuple[Guest, ...]
    price: Money
    count: Annotated[int, Field(ge=1, le=20)]
    code: Annotated[str, Field(max_length=8, pattern="^[A-Z]+$")]
    kind: Literal["tour", "trial"]
    channel: Annotated[str, Known("mail", "desk")]
    letter: Annotated[str, Sealed("visit_id"), about("What was written.", "c2VhbGVk")]
    note: str | None = None
    places: int = 1


SCHEMA = schema_of(VisitPlanned)
Change = Callable[[JsonObject], object]
Judge = Callable[[JsonObject, JsonObject], dict[str, bool]]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change of the schema, the refusal it must meet, and the directions the judge must see broken."""

    name: str
    change: Change
    field: str
    rule: str
    broken: Literal["backward", "forward", "both", "unseen"]


def fields(schema: JsonObject, of: str | None = None) -> JsonObject:
    found = (schema["$defs"][of] if of else schema)["properties"]
    assert isinstance(found, dict)
    return found


def demand(schema: JsonObject, name: str, of: str | None = None) -> None:
    (schema["$defs"][of] if of else schema).setdefault("required", []).append(name)


def drop(schema: JsonObject, name: str, of: str | None = None) -> None:
    del fields(schema, of)[name]
    excuse(schema, name, of)


def excuse(schema: JsonObject, name: str, of: str | None = None) -> None:
    (schema["$defs"][of] if of else schema)["required"].remove(name)


def add_required(schema: JsonObject, of: str | None = None) -> None:
    fields(schema, of)["added"] = {"type": "string"}
    demand(schema, "added", of)


TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}
REFUSED = [
    Mutation("add required", add_required, "added", "required-added", "backward"),
    Mutation("optional to required", lambda s: demand(s, "note"), "note", "made-required", "backward"),
    Mutation("required to optional", lambda s: excuse(s, "count"), "count", "made-optional", "forward"),
    Mutation("remove required", lambda s: drop(s, "channel"), "channel", "required-removed", "forward"),
    Mutation(
        "retype", lambda s: fields(s)["channel"].update(type="integer"), "channel", "type-changed", "both"
    ),
    Mutation(
        "integer to number",
        lambda s: fields(s)["count"].update(type="number"),
        "count",
        "integer-widened",
        "forward",
    ),
    Mutation(
        "widen enum", lambda s: fields(s)["kind"]["enum"].append("fair"), "kind", "values-widened", "forward"
    ),
    Mutation(
        "narrow enum",
        lambda s: fields(s)["kind"]["enum"].remove("tour"),
        "kind",
        "values-narrowed",
        "backward",
    ),
    Mutation("open enum", lambda s: fields(s)["kind"].pop("enum"), "kind", "values-widened", "forward"),
    Mutation(
        "shorter text",
        lambda s: fields(s)["code"].update(maxLength=4),
        "code",
        "constraint-changed",
        "backward",
    ),
    Mutation(
        "longer text", lambda s: fields(s)["code"].pop("maxLength"), "code", "constraint-changed", "forward"
    ),
    Mutation(
        "raise minimum",
        lambda s: fields(s)["count"].update(minimum=5),
        "count",
        "constraint-changed",
        "backward",
    ),
    Mutation(
        "lower minimum",
        lambda s: fields(s)["count"].update(minimum=0),
        "count",
        "constraint-changed",
        "forward",
    ),
    Mutation(
        "other pattern",
        lambda s: fields(s)["code"].update(pattern="^[A-F]+$"),
        "code",
        "constraint-changed",
        "unseen",
    ),
    Mutation(
        "other format",
        lambda s: fields(s)["visit_id"].update(format="date"),
        "visit_id",
        "format-changed",
        "unseen",
    ),
    Mutation(
        "nested add required",
        lambda s: add_required(s, "Period"),
        "period.added",
        "required-added",
        "backward",
    ),
    Mutation(
        "nested remove required",
        lambda s: drop(s, "currency", "Money"),
        "price.currency",
        "required-removed",
        "forward",
    ),
    Mutation(
        "nested retype",
        lambda s: fields(s, "Money")["minor"].update(type="string"),
        "price.minor",
        "type-changed",
        "both",
    ),
    Mutation(
        "item add required",
        lambda s: add_required(s, "Guest"),
        "guests[].added",
        "required-added",
        "backward",
    ),
    Mutation(
        "item field demanded",
        lambda s: demand(s, "seat", "Guest"),
        "guests[].seat",
        "made-required",
        "backward",
    ),
    Mutation(
        "other items",
        lambda s: fields(s)["guests"].update(items={"type": "string"}),
        "guests[]",
        "type-changed",
        "both",
    ),
    Mutation(
        "fewer items",
        lambda s: fields(s)["guests"].update(maxItems=2),
        "guests",
        "constraint-changed",
        "backward",
    ),
    Mutation(
        "allow null", lambda s: fields(s).update(channel=TEXT_OR_NULL), "channel", "null-allowed", "forward"
    ),
    Mutation(
        "forbid null",
        lambda s: fields(s).update(note={"type": "string", "default": None}),
        "note",
        "null-forbidden",
        "backward",
    ),
    Mutation(
        "other default",
        lambda s: fields(s)["places"].update(default=2),
        "places",
        "default-changed",
        "unseen",
    ),
    Mutation(
        "unseal", lambda s: fields(s)["letter"].pop("x-personal"), "letter", "personal-changed", "unseen"
    ),
    Mutation(
        "unmark a person",
        lambda s: fields(s, "Guest")["guest_id"].pop("x-pseudonym"),
        "guests[].guest_id",
        "personal-changed",
        "unseen",
    ),
    Mutation(
        "other rule",
        lambda s: s["$defs"]["Period"].update({"x-rule": "start <= end"}),
        "period",
        "rule-changed",
        "unseen",
    ),
    Mutation(
        "one of two types",
        lambda s: fields(s).update(count={"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        "count",
        "type-changed",
        "forward",
    ),
]

ALLOWED: dict[str, Change] = {
    "add optional": lambda s: fields(s).update(added={"type": "string", "default": ""}),
    "add optional that may be null": lambda s: fields(s).update(added={**TEXT_OR_NULL, "default": None}),
    "nested add optional": lambda s: fields(s, "Period").update(added={"type": "integer", "default": 0}),
    "item add optional": lambda s: fields(s, "Guest").update(added={"type": "boolean", "default": False}),
    "remove optional": lambda s: fields(s).pop("note"),
    "nested remove optional": lambda s: fields(s, "Guest").pop("seat"),
    "reword a description": lambda s: fields(s)["letter"].update(description="What the visitor wrote."),
    "add an example": lambda s: fields(s)["channel"].update(examples=["mail"]),
    "one more known value": lambda s: fields(s)["channel"]["x-known-values"].append("telephone"),
    "another order": lambda s: s.update(properties=dict(reversed(fields(s).items()))),
    "another order of the required": lambda s: s["required"].reverse(),
}


def changed(change: Change, schema: JsonObject = SCHEMA) -> JsonObject:
    made = deepcopy(schema)
    change(made)
    assert made != schema or list(fields(made)) != list(fields(schema)), "the mutation changes nothing"
    return made


@pytest.mark.parametrize("mutation", REFUSED, ids=lambda mutation: mutation.name)
def test_a_breaking_change_is_refused_in_a_sentence(mutation: Mutation) -> None:
    refusals = gate(VisitPlanned.type, [SCHEMA], changed(mutation.change))
    assert (mutation.field, mutation.rule) in [(refusal.field, refusal.rule) for refusal in refusals]
    said = next(str(refusal) for refusal in refusals if refusal.rule == mutation.rule)
    where = f"maillage.booking.VisitPlanned.v1: {mutation.field} ({mutation.rule}, against r1)"
    assert said == f"{where}: {RULES[mutation.rule]}."


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_a_harmless_change_passes(change: Change) -> None:
    assert gate(VisitPlanned.type, [SCHEMA], changed(change)) == []


@pytest.mark.parametrize("mutation", REFUSED, ids=lambda mutation: mutation.name)
def test_an_independent_judge_sees_the_same_breach(judge: Judge, mutation: Mutation) -> None:
    expected = {way: mutation.broken not in (way, "both") for way in ("backward", "forward")}
    assert judge(SCHEMA, changed(mutation.change)) == expected


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_an_independent_judge_sees_no_breach_in_what_passes(judge: Judge, change: Change) -> None:
    assert judge(SCHEMA, changed(change)) == {"backward": True, "forward": True}


def test_every_retained_revision_counts_and_not_only_the_last() -> None:
    second = changed(lambda schema: fields(schema).pop("places"))
    third = changed(lambda schema: fields(schema).update(places={"type": "string", "default": ""}), second)
    assert gate(VisitPlanned.type, [second], third) == []
    refusals = gate(VisitPlanned.type, [SCHEMA, second], third)
    assert {(refusal.field, refusal.rule, refusal.against) for refusal in refusals} == {
        ("places", "type-changed", "r1"),
        ("places", "name-reused", "r1"),
    }


def test_a_withdrawn_name_is_never_used_again_even_in_its_old_shape() -> None:
    second = changed(lambda schema: fields(schema, "Guest").pop("seat"))
    (refusal,) = gate(VisitPlanned.type, [SCHEMA, second], SCHEMA)
    assert str(refusal) == (
        "maillage.booking.VisitPlanned.v1: guests[].seat (name-reused, against r1): "
        "a withdrawn field had this name: kept events hold its old meaning; use a new name."
    )


def test_every_breach_of_one_change_is_told() -> None:
    def twice(schema: JsonObject) -> None:
        drop(schema, "channel")
        add_required(schema, "Money")

    found = {(refusal.field, refusal.rule) for refusal in gate("t", [SCHEMA], changed(twice))}
    assert found == {("channel", "required-removed"), ("price.added", "required-added")}


def test_a_class_that_contains_itself_is_refused() -> None:
    tree: JsonObject = {"$ref": "#/$defs/T", "$defs": {"T": {"properties": {"t": {"$ref": "#/$defs/T"}}}}}
    with pytest.raises(ValueError, match="T contains itself"):
        gate("t", [tree], tree)


def test_every_rule_of_the_gate_is_met_by_a_mutation() -> None:
    elsewhere = {"name-reused", "type-removed", "structure-changed"}
    assert {mutation.rule for mutation in REFUSED} | elsewhere == set(RULES)


def test_a_map_of_other_values_is_another_structure() -> None:
    def opened(kind: str) -> JsonObject:
        return {
            "type": "object",
            "properties": {"m": {"type": "object", "additionalProperties": {"type": kind}}},
        }

    refusals = gate("t", [opened("string")], opened("integer"))
    assert [(refusal.field, refusal.rule) for refusal in refusals] == [("m", "structure-changed")]
