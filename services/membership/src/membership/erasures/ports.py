"""Prints certificates: a template and a typesetter that needs no system library, away from the event loop."""

import asyncio
import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import typst

from chassis.errors import Language
from contracts.erasure import Kept
from contracts.values import Wording
from membership.erasures.model import Certificate, Receipt

_GROUNDS: Final[Mapping[str, Wording]] = {
    "accounting-law": Wording(
        fr="pièces comptables, code de commerce, art. L123-22",
        en="accounting documents, French commercial code, art. L123-22",
    ),
    "names-nobody": Wording(
        fr="sous un numéro qui ne mène plus à personne", en="under a number that leads to nobody any more"
    ),
    "told-already": Wording(
        fr="motifs écrits en toutes lettres dans des événements déjà émis, qui ne se reprennent pas",
        en="reasons in words, in events that were told already and cannot be taken back",
    ),
    "key-destroyed": Wording(
        fr="scellé sous la clé détruite : plus rien ne s’y lit",
        en="sealed under the destroyed key: nothing can be read there",
    ),
    "erasure-proof": Wording(
        fr="preuve que la personne est effacée", en="the proof that the person is erased"
    ),
}
_SERVICES: Final[Mapping[str, Wording]] = {
    "billing": Wording(fr="facturation", en="billing"),
    "booking": Wording(fr="réservation", en="booking"),
    "membership": Wording(fr="adhésion", en="membership"),
    "notifications": Wording(fr="notifications", en="notifications"),
}
_WORDS: Final[Mapping[str, Wording]] = {
    "title": Wording(fr="Certificat d’effacement", en="Certificate of erasure"),
    "erasure": Wording(fr="Effacement", en="Erasure"),
    "gone": Wording(fr="Ce qui a été effacé", en="What is gone"),
    "kept": Wording(fr="Ce qui est conservé, et pourquoi", en="What is kept, and why"),
    "service": Wording(fr="Service", en="Service"),
    "place": Wording(fr="Ce que c’était", en="What it was"),
    "what": Wording(fr="Ce que c’est", en="What it is"),
    "rows": Wording(fr="Lignes", en="Rows"),
    "ground": Wording(fr="Fondement", en="Ground"),
}
_SAID: Final = Wording(
    fr=(
        "La clé qui ouvrait les données de la personne {person} a été détruite le {erased} dans chacun des "
        "services. Ce qui était scellé sous cette clé n’y est plus lisible. La clé disparaît de la file des "
        "événements en deux jours au plus, et des sauvegardes quand celles d’avant cette date expirent."
    ),
    en=(
        "The key that opened the data of the person {person} was destroyed on {erased} in every service. "
        "What was sealed under it can be read there no more. The key leaves the queue of events within two "
        "days, and the backups when those from before that date expire."
    ),
)
_DATES: Final = Wording(
    fr="Demandé le {asked} · achevé le {completed} (temps universel).",
    en="Asked for on {asked} · completed on {completed} (universal time).",
)
_UNTIL: Final = Wording(fr="jusqu’au {day}", en="until {day}")


async def typeset(certificate: Certificate, language: Language) -> bytes:
    """Return the PDF of a certificate; the same certificate gives the same bytes in a language."""
    data = json.dumps(_printed(certificate, language), ensure_ascii=False)
    return await asyncio.to_thread(_compile, data, certificate.completed_at)


def _compile(data: str, at: dt.datetime) -> bytes:
    pdf: bytes = typst.compile(
        _template(),
        format="pdf",
        sys_inputs={"data": data},
        ignore_system_fonts=True,
        timestamp=at.astimezone(dt.UTC).replace(microsecond=0),
    )
    return pdf


@cache
def _template() -> bytes:
    return resources.files("membership").joinpath("templates", "certificate.typ").read_bytes()


def _printed(certificate: Certificate, language: Language) -> dict[str, Any]:
    def say(wording: Wording, **values: str) -> str:
        return _in(wording, language).format(**values)

    moments = {name: _moment(getattr(certificate, f"{name}_at")) for name in ("asked", "erased", "completed")}
    return {
        "language": language,
        "erasure_id": str(certificate.erasure_id),
        "words": {name: say(wording) for name, wording in _WORDS.items()},
        "said": say(_SAID, person=str(certificate.person_id), erased=moments["erased"]),
        "dates": say(_DATES, asked=moments["asked"], completed=moments["completed"]),
        "gone": [
            [_service(each, language), _in(gone.name, language), str(gone.rows)]
            for each in certificate.receipts
            for gone in each.gone
        ],
        "kept": [
            [_service(each, language), _in(kept.name, language), str(kept.rows), _ground(kept, language)]
            for each in certificate.receipts
            for kept in each.kept
        ],
    }


def _in(wording: Wording, language: Language) -> str:
    return wording.fr if language == "fr" else wording.en


def _service(receipt: Receipt, language: Language) -> str:
    named = _SERVICES.get(receipt.service)
    return _in(named, language) if named else receipt.service


def _ground(kept: Kept, language: Language) -> str:
    named = _GROUNDS.get(kept.ground)
    said = _in(named, language) if named else kept.ground
    return f"{said}, {_in(_UNTIL, language).format(day=f'{kept.until:%d/%m/%Y}')}" if kept.until else said


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%d/%m/%Y %H:%M}"
