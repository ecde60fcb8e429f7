"""Decides which bodies cannot be read and how that is told: where, and what is wrong, in two languages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chassis.errors import Language

_MOST_REPORTED: Final = 50
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

FRENCH: Final[Mapping[str, str]] = {
    "json_invalid": "Le corps n'est pas du JSON.",
    "nested_too_deeply": "Le corps est imbriqué trop profondément.",
    "nul_character": "Un texte contient le caractère nul.",
    "missing": "Ce champ est requis.",
    "extra_forbidden": "Ce champ n'existe pas ici.",
    "string_type": "Il faut un texte.",
    "string_too_short": "Il faut au moins {min_length} caractère(s).",
    "string_too_long": "Il faut au plus {max_length} caractère(s).",
    "string_pattern_mismatch": "Le texte doit suivre le motif « {pattern} ».",
    "int_type": "Il faut un nombre entier.",
    "int_parsing": "Il faut un nombre entier.",
    "int_from_float": "Il faut un nombre entier.",
    "float_type": "Il faut un nombre.",
    "float_parsing": "Il faut un nombre.",
    "decimal_type": "Il faut un nombre décimal.",
    "decimal_parsing": "Il faut un nombre décimal.",
    "bool_type": "Il faut vrai ou faux.",
    "bool_parsing": "Il faut vrai ou faux.",
    "greater_than": "Il faut plus que {gt}.",
    "greater_than_equal": "Il faut au moins {ge}.",
    "less_than": "Il faut moins que {lt}.",
    "less_than_equal": "Il faut au plus {le}.",
    "multiple_of": "Il faut un multiple de {multiple_of}.",
    "uuid_type": "Il faut un UUID.",
    "uuid_parsing": "Il faut un UUID.",
    "date_type": "Il faut une date, comme 2026-03-12.",
    "date_parsing": "Il faut une date, comme 2026-03-12.",
    "date_from_datetime_parsing": "Il faut une date, comme 2026-03-12.",
    "datetime_type": "Il faut un instant, comme 2026-03-12T08:30:00Z.",
    "datetime_parsing": "Il faut un instant, comme 2026-03-12T08:30:00Z.",
    "datetime_from_date_parsing": "Il faut un instant, comme 2026-03-12T08:30:00Z.",
    "timezone_aware": "Il faut indiquer le fuseau horaire de l'instant.",
    "enum": "Il faut une de ces valeurs : {expected}.",
    "literal_error": "Il faut une de ces valeurs : {expected}.",
    "list_type": "Il faut une liste.",
    "tuple_type": "Il faut une liste.",
    "dict_type": "Il faut un objet.",
    "model_type": "Il faut un objet.",
    "model_attributes_type": "Il faut un objet.",
    "too_short": "Il faut au moins {min_length} élément(s).",
    "too_long": "Il faut au plus {max_length} élément(s).",
}

_A_DATE: Final = "It takes a date, such as 2026-03-12."
_AN_INSTANT: Final = "It takes an instant, such as 2026-03-12T08:30:00Z."
ENGLISH: Final[Mapping[str, str]] = {
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "datetime_type": _AN_INSTANT,
    "datetime_parsing": _AN_INSTANT,
    "datetime_from_date_parsing": _AN_INSTANT,
}
"""Where pydantic speaks of separators and characters to people who typed a date."""


class BodyUnreadable(Exception):
    """A body that is refused as a whole, whatever was to be read from it; `errors` as pydantic gives them."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind)
        self.errors = [{"loc": (), "type": kind, "msg": message}]


def not_json() -> BodyUnreadable:
    return BodyUnreadable("json_invalid", "The body is not JSON.")


def too_deep() -> BodyUnreadable:
    return BodyUnreadable("nested_too_deeply", "The body is nested too deeply.")


def refuse_nul(body: bytes) -> None:
    """Raise BodyUnreadable for a text with U+0000, which PostgreSQL cannot hold."""
    if _NUL.search(body):
        raise BodyUnreadable("nul_character", "A text holds the null character.")


def body_errors(errors: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """Return pydantic's errors as [{pointer, detail}], without the values sent; pointers as in RFC 6901."""
    return [
        {"pointer": pointer(error["loc"]), "detail": _detail(error, language)}
        for error in errors[:_MOST_REPORTED]
    ]


def pointer(location: Iterable[object]) -> str:
    """Return the JSON pointer of a place in the body: `/items/0/starts_at`."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def _detail(error: Mapping[str, Any], language: Language) -> str:
    english = ENGLISH.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    if language == "en" or error["type"] not in FRENCH:
        return english
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    return FRENCH[error["type"]].format_map(context)
