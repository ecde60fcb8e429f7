"""Builds what tests of imports need: files of another system, some lines damaged, and who sends them."""

import csv
import io
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import httpx
from life_builders import Life

from chassis.clock import utc_now
from chassis.ids import new_id
from chassis.timers import Timers
from contracts.envelope import Event, Fact
from contracts.examples import example
from contracts.schemas import schema_of
from membership.app import service

F = TypeVar("F", bound=Fact)

TITLES = ("Référence", "Nom", "Prénom", "Courriel", "Téléphone", "Adresse", "Entreprise", "Remarque")
FAB_MANAGER = (
    "ID",
    "Nom",
    "Prénom",
    "Courriel",
    "Lettre d'informations",
    "Dernière connexion",
    "Genre",
    "Âge",
    "Adresse",
    "Tel.",
    "Site web",
    "Profession",
    "Centres d'intérêts",
    "Logiciels de conception maîtrisés",
    "Groupe",
    "Abonnement",
    "Date de fin de l'abonnement",
    "Formations validées",
    "Étiquettes",
    "Nombre de factures",
    "Projets",
    "Facebook",
    "Twitter",
    "Echosciences",
    "Structure",
    "Adresse de la structure",
)
_GIVEN = ("Zoé", "Maël", "Ève", "Loïc", "Anaïs", "Noé", "Inès", "Gaël")
_FAMILY = ("Lœuillet", "d'Arc", "Güell", "Le Guen", "Nuñez", "Bœuf", "Ça-Ira", "Ménard")
_DAMAGES = (
    ("mail-unreadable", {3: "pas une adresse"}),
    ("phone-unreadable", {4: "appeler le soir"}),
    ("cell-empty", {1: ""}),
    ("company-unknown", {6: "Nulle Part SARL"}),
    ("text-too-long", {2: "x" * 101}),
)


def a_member(number: int) -> list[str]:
    """A line about a member, whom its number tells from all others."""
    given, family = _GIVEN[number % 8], _FAMILY[number // 8 % 8]
    mail = f"membre.{number}@import.example"
    return [f"A-{number}", family, f"{given} {number}", mail, "04 68 00 00 00", "1 rue de l'Étoile", "", "ok"]


def members(count: int, damaged: int = 0) -> tuple[list[list[str]], dict[int, str]]:
    """Lines about members, and by line of the file what is wrong with those that are damaged, spread evenly.

    In turn a damage of each kind, then a mail address that an earlier line has.
    """
    lines, wrong = [a_member(number) for number in range(count)], dict[int, str]()
    for number in range(damaged):
        at = (number + 1) * count // (damaged + 1)
        if number % 6 == 5:
            lines[at][3] = lines[1][3].upper()
            wrong[at + 2] = "line-repeated"
            continue
        rule, cells = _DAMAGES[number % 6]
        for column, value in cells.items():
            lines[at][column] = value
        wrong[at + 2] = rule
    return lines, wrong


def a_fab_manager_line(number: int, **cells: str) -> list[str]:
    """A line of fab-manager's export of members: somebody without a plan, if nothing else is said."""
    known = {
        "ID": str(number),
        "Nom": "Ménard",
        "Prénom": f"Gaël {number}",
        "Genre": "Homme",
        "Groupe": "standard",
    }
    found = known | {"Courriel": f"g{number}@import.example", "Abonnement": "Sans Abonnement"} | cells
    return [found.get(title, "") for title in FAB_MANAGER]


def a_file(
    lines: Sequence[Sequence[str]],
    titles: Sequence[str] = TITLES,
    separator: str = ";",
    encoding: str = "utf-8",
) -> bytes:
    """A file as a spreadsheet saves it."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator).writerows([titles, *lines])
    return written.getvalue().encode(encoding)


def an_event(territory: str, kind: type[F], **changes: Any) -> Event[F]:
    """A fact as another service tells it: its example, with some fields of one's own."""
    fact = kind.model_validate(example(schema_of(kind)) | changes)
    return Event(
        id=new_id(),
        type=fact.type,
        topic=fact.topic.name,
        territory_id=territory,
        aggregate_id=fact.aggregate_id,
        version=1,
        recorded_at=utc_now(),
        correlation_id=new_id(),
        causation_id=None,
        actor_id=None,
        data_class=fact.data_class,
        site_id=None,
        traceparent=None,
        data=fact,
    )


class Mover:
    """Somebody who brings a hub's files over, and lets the timers work."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.people = life.people
        self.timers = Timers(life.worker, dict(service.timers))

    def who(self) -> dict[str, str]:
        return self.people.as_("territory-administrator")

    async def announced(self, kind: str) -> UUID:
        import_id = new_id()
        answer = await self.people.post("imports", self.who(), import_id=str(import_id), kind=kind)
        assert answer.status_code == 201, answer.text
        return import_id

    async def send(self, import_id: UUID, content: bytes) -> httpx.Response:
        url = f"/v1/territories/{self.people.siren}/imports/{import_id}/file"
        return await self.people.api.send(url, self.who(), content)

    async def checked(self, kind: str, content: bytes) -> UUID:
        """Send a file and have it looked at whole."""
        import_id = await self.announced(kind)
        answer = await self.send(import_id, content)
        assert answer.status_code == 200, answer.text
        await self.fire()
        return import_id

    async def brought(self, kind: str, content: bytes) -> UUID:
        """Bring in what is sound in a file."""
        import_id = await self.checked(kind, content)
        await self.do(import_id, "start")
        await self.fire()
        return import_id

    async def undone(self, import_id: UUID, **body: Any) -> None:
        """Take an import back."""
        await self.do(import_id, "undo", **body)
        await self.fire()

    async def do(self, import_id: UUID, act: str, **body: Any) -> None:
        answer = await self.people.post(f"imports/{import_id}/{act}", self.who(), **body)
        assert answer.status_code == 200, answer.text

    async def fire(self) -> None:
        """Let every timer work that is due, until none is."""
        while await self.timers.fire():
            pass

    async def shown(self, import_id: UUID) -> dict[str, Any]:
        found: dict[str, Any] = (await self.people.get(f"imports/{import_id}", self.who())).json()
        return found

    async def counts(self, import_id: UUID) -> dict[str, int]:
        """How many lines are in which state, those states left out that have none."""
        shown = await self.shown(import_id)
        states = ("waiting", "sound", "damaged", "brought", "undone", "kept")
        return {name: shown[name] for name in states if shown[name]}

    async def damaged(self, import_id: UUID) -> dict[int, dict[str, Any]]:
        """The damaged lines, each with the first thing that is wrong."""
        found = await self.people.get(f"imports/{import_id}/damaged?limit=200", self.who())
        return {each["line"]: each["findings"][0] for each in found.json()["items"]}
