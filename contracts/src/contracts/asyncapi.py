"""Owns the description for partners: AsyncAPI 3.0 of every topic and event, made from the registry."""

from typing import Any

from pydantic.json_schema import models_json_schema

from contracts.envelope import Fact, Topic
from contracts.examples import example
from contracts.registry import FACTS, PLATFORM_TOPICS, facts_on, topics
from contracts.schemas import Untitled, schema_of
from contracts.shape import JsonObject
from contracts.values import PLATFORM
from contracts.yaml_text import yaml_text

_INTRODUCTION = """\
What the services of Maillage tell each other over Kafka. Each topic carries the events of one kind of
thing, kept without limit. The record key is `<territory>/<id>`, so the events of one thing keep their
order; the same event may arrive twice, with the same `ce_id`. A reader ignores fields, values and types it
does not know: `x-known-values` lists the values known today, and others may come.

A territory is named by its SIREN; 000000000 is the platform itself. Fields marked `x-personal` are sealed
under the key of the person that `x-subject` names; fields marked `x-pseudonym` name a person opaquely.
Partners read through their agreement, which decides what of this they see, not from these topics."""

_TERRITORY = {"type": "string", "pattern": "^[0-9]{9}$"}


def document() -> JsonObject:
    """The AsyncAPI document as plain data."""
    _, definitions = models_json_schema(
        [(fact, "validation") for fact in FACTS.values()],
        ref_template="#/components/schemas/{model}",
        schema_generator=Untitled,
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Maillage",
            "version": "1.0.0",
            "description": _INTRODUCTION,
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics()},
        "operations": {f"send.{topic.name}": _operation(topic) for topic in topics()},
        "components": {
            "messages": {fact.type: _message(fact) for fact in FACTS.values()},
            "messageTraits": {"cloudevent": {"headers": _headers()}},
            "schemas": definitions["$defs"],
        },
    }


def text() -> str:
    """The AsyncAPI document as YAML."""
    return yaml_text(document())


def _channel(topic: Topic) -> JsonObject:
    cleanup = ["compact"] if topic.compacted else ["delete"]
    configuration: JsonObject = {"cleanup.policy": cleanup}
    if not topic.compacted:
        configuration["retention.ms"] = -1
    territory = f"territory {PLATFORM}" if topic in PLATFORM_TOPICS else "territory"
    return {
        "address": topic.name,
        "description": f"Told by {topic.service}; the key is the {territory} and `{topic.key}`.",
        "messages": {fact.type: _reference("components", "messages", fact.type) for fact in facts_on(topic)},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": configuration}},
    }


def _operation(topic: Topic) -> JsonObject:
    plural = topic.name.split(".")[1].replace("-", " ")
    return {
        "action": "send",
        "channel": _reference("channels", topic.name),
        "summary": f"{topic.service} tells what happened to its {plural}.",
        "messages": [_reference("channels", topic.name, "messages", fact.type) for fact in facts_on(topic)],
    }


def _message(fact: type[Fact]) -> JsonObject:
    shown = example(schema_of(fact))
    return {
        "name": fact.type,
        "title": fact.__name__,
        "summary": (fact.__doc__ or "").strip(),
        "contentType": "application/json",
        "traits": [_reference("components", "messageTraits", "cloudevent")],
        "payload": _reference("components", "schemas", fact.__name__),
        "bindings": {"kafka": {"key": {"type": "string", "pattern": "^[0-9]{9}/.+$"}}},
        "x-data-class": fact.data_class,
        "examples": [{"name": fact.__name__, "headers": _example_headers(fact, shown), "payload": shown}],
    }


def _headers() -> JsonObject:
    uuid = {"type": "string", "format": "uuid"}
    described: dict[str, tuple[dict[str, Any], str]] = {
        "ce_specversion": ({"const": "1.0"}, "CloudEvents 1.0, binary mode."),
        "ce_id": (uuid, "The event; the same wherever and however often it is read."),
        "ce_source": ({"type": "string"}, "The service that tells it, as `/booking`."),
        "ce_type": ({"type": "string"}, "The type: `maillage.<service>.<event>.v<major>`."),
        "ce_subject": ({"type": "string"}, "The thing it is about."),
        "ce_time": (
            {"type": "string", "format": "date-time"},
            "When it was recorded, real time; it orders nothing.",
        ),
        "ce_territoryid": (_TERRITORY, "The territory."),
        "ce_partitionkey": ({"type": "string"}, "Territory and thing: the record key."),
        "ce_sequence": (
            {"type": "string", "pattern": "^[1-9][0-9]*$"},
            "Counts the events of the thing from 1, without gap.",
        ),
        "ce_correlationid": (uuid, "What began it all: the same for everything that followed."),
        "ce_causationid": (uuid, "The event that caused this one, when one did."),
        "ce_actorid": ({"type": "string"}, "Who acted, opaquely, when someone did."),
        "ce_dataclass": ({"type": "string"}, "public, internal or personal."),
        "ce_siteid": ({"type": "string"}, "The site concerned, when there is one."),
        "ce_traceparent": ({"type": "string"}, "W3C trace context."),
        "content-type": ({"const": "application/json"}, "The data is JSON in UTF-8."),
    }
    optional = {"ce_causationid", "ce_actorid", "ce_siteid", "ce_traceparent"}
    return {
        "type": "object",
        "required": [name for name in described if name not in optional],
        "properties": {name: {**schema, "description": said} for name, (schema, said) in described.items()},
    }


def _example_headers(fact: type[Fact], shown: JsonObject) -> dict[str, str]:
    key = str(shown[fact.topic.key])
    territory = PLATFORM if fact.topic in PLATFORM_TOPICS else "200035715"
    return {
        "ce_specversion": "1.0",
        "ce_id": "0195a1b0-5c00-7000-8000-000000000099",
        "ce_source": f"/{fact.topic.service}",
        "ce_type": fact.type,
        "ce_subject": key,
        "ce_time": "2026-03-12T08:30:00.123456Z",
        "ce_territoryid": territory,
        "ce_partitionkey": f"{territory}/{key}",
        "ce_sequence": "1",
        "ce_correlationid": "0195a1b0-5c00-7000-8000-000000000098",
        "ce_dataclass": fact.data_class,
        "content-type": "application/json",
    }


def _reference(*steps: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(steps)}
