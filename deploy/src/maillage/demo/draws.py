"""Draws from a seed: identifiers, numbers and fictional names, the same ones on every run."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid5

from maillage.demo.months import Month

T = TypeVar("T")

_NAMES = UUID("7c1d2f66-93ba-5d0e-a1f4-2f0a60c4d302")  # the space in which the demo's ids are drawn


def _words(text: str) -> list[str]:
    return text.split("|")


GIVEN = _words(
    "Adèle|Amine|Anouk|Basile|Bérénice|Camille|Céleste|Cyprien|Diane|Edgar|Éloïse|Fanny|Félix|"
    "Gaëlle|Hamid|Héloïse|Ismaël|Jeanne|Joachim|Kenza|Laure|Léonie|Lucien|Maëlys|Malik|Marthe|"
    "Mona|Naïm|Nina|Octave|Ondine|Paul-Émile|Prune|Quentin|Raphaël|Rose|Sacha|Salomé|Tessa|"
    "Théa|Ulysse|Victoire|Yanis|Zélie"
)
FAMILY = _words(
    "Aubanel|Barthès|Bastide|Bonnafous|Cabanel|Calmette|Cambon|Castan|Cazals|Combes|Cros|Daudé|"
    "d’Arzens|Delmas|Escande|Fabre|Fournès|Galinier|Gleizes|Guiraud|Izard|Jalabert|Laffitte|"
    "Lagarde|L’Escale|Marty|Maurel|Mazères|Miquel|Nègre|Olive|Pagès|Pech|Pujol|Raynaud|Rieux|"
    "Roumens|Rouquette|Sabatier|Sicre|Tailhades|Terral|Vaissière|Vidal"
)
TRADES = _words(
    "Atelier|Cartographie|Conception|Édition|Études|Fabrique|Imagerie|Ingénierie|Logiciel|"
    "Médias|Optique|Robotique|Signalétique|Studio|Traduction|Vidéo"
)
PLACES = _words(
    "du Canal|des Corbières|de la Cité|du Minervois|du Cabardès|de l’Aude|du Lauragais|"
    "de la Malepère|de l’Alaric|de la Montagne Noire|des Remparts|du Razès"
)


@dataclass(frozen=True, slots=True)
class Draws:
    """What a seed and a first month decide."""

    seed: int
    month: Month

    def id(self, *names: object) -> str:
        """Return the identifier of what these names name."""
        return str(uuid5(_NAMES, "/".join(map(str, (self.seed, self.month, *names)))))

    def number(self, below: int, *names: object) -> int:
        """Return a number from 0 on, below the one given."""
        text = "/".join(map(str, (self.seed, self.month, "number", *names)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below

    def shuffled(self, items: Sequence[T], *names: object) -> list[T]:
        """Return the items in an order that only the seed and the names decide."""
        keyed = [(self.number(1 << 62, *names, place), place) for place in range(len(items))]
        return [items[place] for _, place in sorted(keyed)]

    def siren(self, *names: object) -> str:
        """Return nine digits that are well formed, of a company that does not exist."""
        body = f"9{self.number(10**7, 'siren', *names):07d}"
        doubled = "".join(str(int(digit) * 2) if place % 2 else digit for place, digit in enumerate(body))
        return f"{body}{-sum(map(int, doubled)) % 10}"


def mail_part(text: str) -> str:
    """Write a name as a part of a mail address: `d’Arzens` is `darzens`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if (letter.isascii() and letter.isalnum()) or letter == "-")
