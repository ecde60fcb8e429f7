"""Knocks at every address that the services describe, for one territory with the token of another."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from journey import Json, Person, Platform
from territory_story import Said, Story, ids_in

from chassis.ids import new_id

_NAMED = re.compile(r"{(\w+)}")
_OF_THE_REQUEST = ("date", "server", "link")
_DURING = {"start": "2026-03-04T09:00:00Z", "end": "2026-03-04T10:00:00Z", "day": "2026-03-16"}
_DURING |= {"why": "Tarif", "since": "2026-03-04T09:00:00Z", "until": "2026-03-17T10:00:00Z"}
_OTHERWISE = {
    "/arrival-code$": ("booking_id", "coming_id"),  # one that is still to come
    "/credits$": ("booking_id", "credited_id"),  # one that a pass pays
    "^/imports/": ("import_id", "sheet_id"),  # the other imports are of sites
}
_NUMBERED = {"number": "1", "name": "booking-confirmed"}
_PURPOSES = {"membership": "proofs", "booking": "visits"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address to read, as its service describes it: its path there, and what a query must say."""

    service: str
    path: str
    query: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.service} {self.path or '/'}"

    @property
    def names_things(self) -> bool:
        return any(name.endswith("_id") for name in _NAMED.findall(self.path))

    def filled(self, ids: Mapping[str, str]) -> str:
        """Return the address of the things that these ids name; a KeyError is a thing no story has."""
        for ending, (name, other) in _OTHERWISE.items():
            if re.search(ending, self.path):
                ids = {**ids, name: ids[other]}
        named = {**ids, **_NUMBERED, "purpose": _PURPOSES.get(self.service, "")}
        path = _NAMED.sub(lambda found: named[found[1]], self.path)
        asked = {name: {**ids, **_DURING}[name] for name in self.query}
        return f"{path}?{'&'.join(f'{name}={value}' for name, value in asked.items())}".rstrip("?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer tells, whoever asks: its status, headers and text, the ids that were asked taken out."""

    status: int
    headers: Mapping[str, str]
    text: str

    @classmethod
    def of(cls, response: httpx.Response, asked: Iterable[str]) -> "Answer":
        text = re.sub(r'"trace_id":"\w+"', "", response.text)
        for one in asked:
            text = text.replace(one, "<id>")
        headers = {name: value for name, value in response.headers.items() if name not in _OF_THE_REQUEST}
        return cls(response.status_code, headers, text)


def readable(platform: Platform, services: Iterable[str]) -> list[Route]:
    """Return every address under a territory that can be read, from the services' own descriptions."""
    prefix = "/v1/territories/{siren}"
    found = []
    for service in services:
        described = httpx.get(f"{platform.address(service)}/schema/openapi.json", timeout=20).json()
        for path, verbs in described["paths"].items():
            if "get" in verbs and path.startswith(prefix):
                asked = verbs["get"].get("parameters", [])
                query = (each["name"] for each in asked if each["in"] == "query" and each.get("required"))
                found.append(Route(service, path.removeprefix(prefix), tuple(query)))
    return found


def read(person: Person | None, story: Story, route: Route, ids: Mapping[str, str]) -> httpx.Response:
    """Read an address of the story's territory, with these ids, by somebody or by nobody in particular."""
    path = story.base + route.filled(ids)
    if person is None:
        return story.operator.client.get(story.platform.address(route.service) + path)
    return person.send("GET", route.service, path)


def own_answer(story: Story, route: Route) -> httpx.Response:
    """Read an address as the one of the territory's people who sees most; an AssertionError says none may."""
    answers = [read(person, story, route, story.ids) for person in story.people.values()]
    good = [answer for answer in answers if answer.is_success]
    assert good, f"{route}: {[(each.status_code, each.text) for each in answers]}"
    return max(good, key=lambda answer: len(items(answer) or ()))


def marks_in(text: str, story: Story, *, but: Iterable[str] = ()) -> set[str]:
    """Return what of a territory's ids and names stands in a text."""
    return {mark for mark in story.marks() - set(but) if mark in text}


def unknown(ids: Mapping[str, str]) -> dict[str, str]:
    """Return ids of nothing at all, by the same names."""
    return {name: str(new_id()) for name in ids}


def commands_about_known_things(story: Story) -> Iterator[tuple[Said, set[str]]]:
    """Return the story's commands that name things which were there before, and the ids of these."""
    known: set[str] = set()
    for said in story.said:
        named = {one for one in known if one in said.path} | (ids_in(said.body) & known)
        if named:
            yield said, named
        known |= ids_in(said.body) | ids_in(said.answer)


def said_again(by: Person, base: str, said: Said, ids: Mapping[str, str]) -> Answer:
    """Send a command with other ids in the place of its own."""
    response = by.send("POST", said.service, base + _replaced(said.path, ids), _replaced(said.body, ids))
    return Answer.of(response, ids.values())


def _replaced(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in ids.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, dict):
        return {name: _replaced(each, ids) for name, each in value.items()}
    return [_replaced(each, ids) for each in value] if isinstance(value, list) else value


def items(response: httpx.Response) -> list[Json] | None:
    """Return the items of a list, None where the answer is none."""
    if not response.headers.get("content-type", "").startswith("application/json"):
        return None
    found: list[Json] | None = response.json().get("items")
    return found
