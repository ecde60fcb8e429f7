"""Prints certificates: a template and a typesetter that needs no system library, away from the event loop."""

import asyncio
import datetime as dt
import json
from functools import cache
from importlib import resources
from typing import Any, Final

import typst

from contracts.erasure import Kept
from membership.erasures.model import Certificate

_GROUNDS: Final = {
    "accounting-law": "pièces comptables, code de commerce, art. L123-22",
    "names-nobody": "sous un numéro qui ne mène plus à personne",
    "told-already": "motifs écrits en toutes lettres dans des événements déjà émis, qui ne se reprennent pas",
    "key-destroyed": "scellé sous la clé détruite : plus rien ne s’y lit",
    "erasure-proof": "preuve que la personne est effacée",
}


async def typeset(certificate: Certificate) -> bytes:
    """Return the PDF of a certificate; the same certificate gives the same bytes."""
    data = json.dumps(_printed(certificate), ensure_ascii=False)
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


def _printed(certificate: Certificate) -> dict[str, Any]:
    receipts = certificate.receipts
    return {
        "erasure_id": str(certificate.erasure_id),
        "person_id": str(certificate.person_id),
        "asked_at": _moment(certificate.asked_at),
        "erased_at": _moment(certificate.erased_at),
        "completed_at": _moment(certificate.completed_at),
        "gone": [[each.service, gone.place, str(gone.rows)] for each in receipts for gone in each.gone],
        "kept": [
            [each.service, kept.place, str(kept.rows), _ground(kept)]
            for each in receipts
            for kept in each.kept
        ],
    }


def _ground(kept: Kept) -> str:
    said = _GROUNDS.get(kept.ground, kept.ground)
    return f"{said}, jusqu’au {kept.until:%d/%m/%Y}" if kept.until else said


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%d/%m/%Y à %H:%M}"
