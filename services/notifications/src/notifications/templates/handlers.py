"""Writes a message: fills the words of its language with what the event says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from chassis.errors import NotFound
from contracts.examples import example
from contracts.schemas import schema_of
from notifications.preferences.model import MANDATORY, Channel, Kind
from notifications.templates import model, ports
from notifications.templates.model import BY_NAME, LANGUAGES, TEMPLATES

_EXAMPLE_TERRITORY = "Carcassonne Agglo"
_EXAMPLE_NAME = "Camille"


@dataclass(frozen=True, slots=True)
class Written:
    """A message in one language: its subject and the paragraphs of its body, in plain text."""

    subject: str
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


class Letter(BaseModel):
    """A message as its mail shows it, in both forms."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str
    html: str


class TemplateShown(BaseModel):
    """A message that the platform can send: what causes it, and by which channels it goes."""

    model_config = ConfigDict(frozen=True)

    name: str
    event_type: str
    kind: Kind
    channels: tuple[Channel, ...]
    mandatory: tuple[Channel, ...]
    languages: tuple[str, ...]


class TemplatesShown(BaseModel):
    """Every message that the platform can send."""

    model_config = ConfigDict(frozen=True)

    items: list[TemplateShown]


def write(template: str, language: str, content: Mapping[str, Any], given_name: str | None) -> Written:
    """Write a message from the data of its event; without a name it greets nobody in particular."""
    values = {**_in_one_line(content), "given_name": _in_one_line(given_name)}
    text = ports.fill(f"{template}.{language}.txt", language, values)
    subject, _, body = text.strip().partition("\n")
    return Written(subject.strip(), tuple(part.strip() for part in body.split("\n\n") if part.strip()))


def letter(written: Written, language: str, territory: str) -> Letter:
    """Set a message as a mail: plain text, and simple HTML with the same words."""
    values = {
        "subject": written.subject,
        "paragraphs": [paragraph.splitlines() for paragraph in written.paragraphs],
        "language": language,
        "territory": territory,
        "url": ports.public_url(),
    }
    return Letter(
        subject=written.subject,
        text=ports.fill("letter.txt", language, values),
        html=ports.fill("letter.html", language, values),
    )


def preview(name: str, language: str) -> Letter:
    """Return a message as a mail, with the examples of its event. Raises NotFound."""
    template = BY_NAME.get(name)
    if template is None:
        raise NotFound(what="template", id=name)
    content = example(schema_of(template.fact))
    chosen = model.language_of(language)
    return letter(write(name, chosen, content, _EXAMPLE_NAME), chosen, _EXAMPLE_TERRITORY)


def templates() -> TemplatesShown:
    """Return every message that the platform can send."""
    return TemplatesShown(
        items=[
            TemplateShown(
                name=template.name,
                event_type=template.fact.type,
                kind=template.kind,
                channels=template.channels,
                mandatory=tuple(
                    channel for channel in template.channels if (template.kind, channel) in MANDATORY
                ),
                languages=LANGUAGES,
            )
            for template in TEMPLATES
        ]
    )


def _in_one_line(value: Any) -> Any:
    """Take line breaks out of every text, so that no name or reason makes a header or a paragraph."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Mapping):
        return {key: _in_one_line(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_one_line(each) for each in value]
    return value
