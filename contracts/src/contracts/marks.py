"""Owns the marks that an event's fields bear: what they mean, what is personal, which values are known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

SEALED = "sealed.v1."
"""What the text of a sealed field begins with; the rest is base64url."""


def about(description: str, *examples: object) -> Any:
    """The meaning of a field in a sentence, with values as they travel in JSON."""
    if not examples:
        return Field(description=description)
    return Field(description=description, examples=list(examples))


class _Mark:
    """What adds keywords to the JSON Schema of the field it annotates."""

    def keywords(self) -> dict[str, object]:
        raise NotImplementedError

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.keywords()}


@dataclass(frozen=True, slots=True)
class Sealed(_Mark):
    """A text that travels encrypted under the key of the person whom the field `subject` names."""

    subject: str

    def keywords(self) -> dict[str, object]:
        return {"x-personal": True, "x-subject": self.subject}


@dataclass(frozen=True, slots=True)
class Pseudonym(_Mark):
    """An opaque identifier of a person: personal data for whoever can match it, withheld from partners."""

    def keywords(self) -> dict[str, object]:
        return {"x-pseudonym": True}


@dataclass(frozen=True, slots=True, init=False)
class Known(_Mark):
    """An open enumeration: the values known today; a reader must live with others."""

    values: tuple[str, ...]

    def __init__(self, *values: str) -> None:
        object.__setattr__(self, "values", values)

    def keywords(self) -> dict[str, object]:
        return {"x-known-values": list(self.values)}


@cache
def personal_fields(model: type[BaseModel]) -> Mapping[str, str]:
    """The sealed fields of an event class: name of the field to name of the field that holds the person."""
    return {path: mark.subject for path, mark in _marked(model) if isinstance(mark, Sealed)}


def pseudonyms(model: type[BaseModel]) -> frozenset[str]:
    """Paths of the fields that identify a person opaquely, such as `person_id` or `payer.person_id`."""
    return frozenset(path for path, mark in _marked(model) if isinstance(mark, Pseudonym))


def unsealed_fields(fact: BaseModel) -> list[str]:
    """Return the personal fields of an event whose value is not sealed: it must not be emitted with any."""
    return [
        path
        for path in personal_fields(type(fact))
        for value in _values(fact, path.split("."))
        if not (isinstance(value, str) and value.startswith(SEALED))
    ]


def _values(value: object, path: list[str]) -> Iterable[object]:
    """Yield what stands at the path, through groups and lists; nothing where a field is left empty."""
    if value is None:
        return
    if isinstance(value, tuple | list):
        for each in value:
            yield from _values(each, path)
    elif path and isinstance(value, BaseModel):
        yield from _values(getattr(value, path[0]), path[1:])
    else:
        yield value


def _marked(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, field in model.model_fields.items():
        for part in (*field.metadata, *_parts(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _marked(part, f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}", part


def _parts(annotation: object) -> Iterator[object]:
    """Whatever an annotation is made of, through unions, containers and `Annotated`."""
    yield annotation
    for argument in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        yield from _parts(argument)
