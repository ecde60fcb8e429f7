"""How refusals speak: two languages, a stable code, values, a cure; unreadable bodies point at faults."""

from typing import Annotated, Any, Literal

import orjson
import pytest
from litestar import Request
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from chassis import commands, idempotency, pages, problems, territory_clock, validation
from chassis.errors import CatchingUp, Language, NotFound, Refused
from chassis.problems import language_of, problem
from chassis.validation import body_errors, pointer


class RoomFull(Refused):
    """The room {room} holds {places} at most."""

    fr = "La salle {room} n'a que {places} places."
    cure = ("Choose a room for more than {places}.", "Choisissez une salle de plus de {places} places.")


MODULES = (commands, idempotency, pages, problems, territory_clock)
REFUSALS = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Refused)
    },
    key=lambda refusal: refusal.code,
)


def test_a_refusal_says_its_values_in_both_languages() -> None:
    refusal = RoomFull(room="l'Étoile", places=12)
    assert refusal.code == "room-full"
    assert refusal.said() == "The room l'Étoile holds 12 at most."
    assert refusal.said("fr") == "La salle l'Étoile n’a que 12 places."
    assert refusal.cure_said("fr") == "Choisissez une salle de plus de 12 places."


class DayFull(Refused):
    """On {day}, {room} is full."""

    fr = "Le {day} : « {room} » n'a plus de place !"


def test_a_refusal_in_french_is_set_as_french_is() -> None:
    refusal = DayFull(day="2026-04-02 14:30", room="l'Étoile : 2026-0014")
    assert (
        refusal.said("fr")
        == "Le 02/04/2026 14:30\u00a0: «\u00a0l'Étoile : 2026-0014\u00a0» n’a plus de place\u00a0!"
    )
    assert refusal.said() == "On 2026-04-02 14:30, l'Étoile : 2026-0014 is full."


def test_a_refusal_without_its_sentences_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="needs its message"):
        type("Mute", (Refused,), {"__doc__": "Silent."})
    with pytest.raises(TypeError, match="needs its message"):
        type("Mute", (Refused,), {"fr": "Muet."})


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: str(refusal.code))
def test_both_languages_of_a_refusal_speak_of_the_same_values(refusal: type[Refused]) -> None:
    told: dict[str, set[str]] = {"en": set(), "fr": set()}
    for language, texts in (
        ("en", [refusal.__doc__ or "", refusal.cure[0] if refusal.cure else ""]),
        ("fr", [refusal.fr, refusal.cure[1] if refusal.cure else ""]),
    ):
        for text in texts:
            told[language] |= {part.split("}")[0] for part in text.split("{")[1:]}
    assert told["en"] == told["fr"]
    assert 400 <= refusal.status <= 599


def test_a_problem_is_written_as_rfc_9457_says() -> None:
    assert orjson.loads(problem(RoomFull(room="A", places=12), "en")) == {
        "type": "/problems/room-full",
        "title": "Conflict",
        "status": 409,
        "code": "room-full",
        "detail": "The room A holds 12 at most.",
        "values": {"room": "A", "places": 12},
        "cure": "Choose a room for more than 12.",
    }


def test_a_problem_without_cure_has_no_such_member() -> None:
    told = orjson.loads(problem(NotFound(what="room", id="1"), "fr"))
    assert told["title"] == "Introuvable"
    assert "cure" not in told


def test_a_problem_names_the_trace_it_happened_in() -> None:
    span = NonRecordingSpan(SpanContext(trace_id=0xABC, span_id=1, is_remote=False))
    with use_span(span):
        told = orjson.loads(problem(NotFound(what="room", id="1"), "en"))
    assert told["trace_id"] == f"{0xABC:032x}"


def test_a_service_that_catches_up_says_when_to_come_back() -> None:
    assert "5 seconds" in orjson.loads(problem(CatchingUp(retry_after=5), "en"))["cure"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-GB, fr;q=0.5", "en"),
        ("en;q=0.3, fr;q=0.5", "fr"),
        ("de, fr;q=0.4", "fr"),
        ("de, *;q=0.5, fr;q=0.1", "en"),
        ("*", "en"),
        ("fr;q=0", "en"),
        ("fr;q=high", "en"),
        (";;;,,,q=1", "en"),
    ],
)
def test_the_language_is_the_one_the_caller_prefers(header: str | None, language: Language) -> None:
    headers = [] if header is None else [(b"accept-language", header.encode())]
    scope: Any = {"type": "http", "headers": headers}
    request: Request[Any, Any, Any] = Request(scope)
    assert language_of(request) == language


class Room(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(min_length=1, max_length=5, pattern="^[a-z]*$")]
    places: Annotated[int, Field(ge=1, le=20)]
    opens_at: AwareDatetime
    kind: Literal["desk", "room"]
    tags: Annotated[list[str], Field(max_length=1)] = []
    inner: dict[str, list[int]] = {}


GOOD = {"name": "a", "places": 1, "opens_at": "2026-03-12T08:30:00Z", "kind": "desk"}


def errors_of(changes: dict[str, Any], language: Language = "en") -> list[dict[str, str]]:
    with pytest.raises(ValidationError) as failure:
        Room.model_validate({**GOOD, **changes})
    return body_errors(failure.value.errors(), language)


def test_each_fault_of_a_body_is_pointed_at() -> None:
    faults = errors_of({"places": 0, "tags": [2], "inner": {"a/b~c": ["x"]}, "more": 1})
    assert sorted(fault["pointer"] for fault in faults) == ["/inner/a~1b~0c/0", "/more", "/places", "/tags/0"]


def test_a_pointer_to_the_whole_body_is_empty() -> None:
    assert pointer([]) == ""


@pytest.mark.parametrize(
    ("changes", "french"),
    [
        ({"places": 0}, "Il faut au moins 1."),
        ({"places": 21}, "Il faut au plus 20."),
        ({"places": "x"}, "Il faut un nombre entier."),
        ({"name": ""}, "Il faut au moins 1 caractère(s)."),
        ({"name": "abcdef"}, "Il faut au plus 5 caractère(s)."),
        ({"name": "A"}, "Le texte doit suivre le motif « ^[a-z]*$ »."),
        ({"opens_at": "2026-03-12T08:30:00"}, "Il faut indiquer le fuseau horaire de l'instant."),
        ({"kind": "sofa"}, "Il faut une de ces valeurs : 'desk' or 'room'."),
        ({"tags": ["a", "b"]}, "Il faut au plus 1 élément(s)."),
    ],
)
def test_the_usual_faults_are_told_in_french(changes: dict[str, Any], french: str) -> None:
    assert [fault["detail"] for fault in errors_of(changes, "fr")] == [french]


def test_a_fault_never_repeats_what_was_sent() -> None:
    faults = errors_of({"places": "secret-7", "name": "SECRET-8", "opens_at": "secret-9"})
    assert len(faults) == 3
    assert "secret" not in str(faults).lower()


def test_every_french_sentence_uses_the_values_that_pydantic_gives() -> None:
    known = {"min_length", "max_length", "pattern", "gt", "ge", "lt", "le", "multiple_of", "expected"}
    for kind, sentence in validation.FRENCH.items():
        used = {part.split("}")[0] for part in sentence.split("{")[1:]}
        assert used <= known, kind
