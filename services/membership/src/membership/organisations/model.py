"""Decides which identifiers are good, which of them name the same organisation, and which ties may hold."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from chassis.errors import Refused
from contracts.values import Identifier, PostalAddress, is_siren

Scheme = Literal["siren", "register", "vat"]
Language = Literal["fr", "en"]
LinkKind = Literal["branch_of", "subsidiary_of", "single_undertaking_with"]

_WEIGHT: Final = {"siren": 0, "register": 1, "vat": 2}
_VAT_COUNTRY: Final = {
    "EL": "GR",
    "XI": "GB",
}  # prefixes that are no ISO country (directive 2006/112/EC, 215)
_FRENCH_VAT: Final = re.compile(r"FR[0-9A-Z]{2}([0-9]{9})")
_OFTEN_TYPED: Final = re.compile(r"[\s.\-]+")


class SirenInvalid(Refused):
    """{value} is no SIREN: nine digits, the last of which is a check digit (Luhn)."""

    status = 422
    fr = "{value} n'est pas un SIREN : neuf chiffres, dont le dernier est une clé (Luhn)."
    cure = (
        "Read it again; an organisation from abroad has a register number instead.",
        "Relisez-le ; une organisation étrangère a plutôt un numéro de registre.",
    )


class VatNumberInvalid(Refused):
    """{value} is no VAT number of a member state of the European Union."""

    status = 422
    fr = "{value} n'est pas un numéro de TVA d'un État membre de l'Union européenne."
    cure = (
        "Begin with the two letters of the state; outside the Union, give the register number instead.",
        "Commencez par les deux lettres de l'État ; hors de l'Union, donnez plutôt le numéro de registre.",
    )


class RegisterNumberInvalid(Refused):
    """A register number needs its country, other than FR, and 1 to 40 characters: {value} ({country})."""

    status = 422
    fr = "Un numéro de registre a un pays, autre que FR, et 1 à 40 caractères : {value} ({country})."
    cure = (
        "Give the country's two letters; a French organisation has a SIREN instead.",
        "Donnez les deux lettres du pays ; une organisation française a plutôt un SIREN.",
    )


class IdentifiersDisagree(Refused):
    """The VAT number {vat} belongs to the SIREN {found}, not to {siren}."""

    status = 422
    fr = "Le numéro de TVA {vat} appartient au SIREN {found}, non à {siren}."
    cure = ("Correct one of the two.", "Corrigez l'un des deux.")


class OrganisationKnownHere(Refused):
    """This territory already knows the organisation as {name}: {organisation_id}."""

    fr = "Ce territoire connaît déjà l'organisation sous le nom {name} : {organisation_id}."
    cure = ("Use that one.", "Prenez celle-là.")


class LinkWithItself(Refused):
    """An organisation has no tie with itself."""

    status = 422
    fr = "Une organisation n'a pas de lien avec elle-même."
    cure = ("Name another organisation.", "Nommez une autre organisation.")


class LinkEmpty(Refused):
    """The tie would end on {valid_until}, not after its first day {valid_from}."""

    status = 422
    fr = "Le lien finirait le {valid_until}, qui ne suit pas son premier jour, le {valid_from}."
    cure = ("Give an end after the first day.", "Donnez une fin postérieure au premier jour.")


class LinkEndsEarlier(Refused):
    """The tie ends on {valid_until} already."""

    fr = "Le lien prend déjà fin le {valid_until}."
    cure = ("Give an earlier day, or record a new tie.", "Donnez un jour antérieur, ou un nouveau lien.")


class LinkOverlaps(Refused):
    """The organisation already has such a tie at that time."""

    fr = "L'organisation a déjà un tel lien en ce temps."
    cure = (
        "End the other tie first; a branch has one parent at a time.",
        "Mettez d'abord fin à l'autre lien ; un établissement n'a qu'une maison mère à la fois.",
    )


class LinkCircular(Refused):
    """The tie would make the organisation its own parent, through {through}."""

    fr = "Le lien ferait de l'organisation sa propre maison mère, par {through}."
    cure = ("End the tie in the other direction first.", "Mettez d'abord fin au lien en sens inverse.")


class GivenIdentifier(BaseModel):
    """An identifier as somebody typed it; only a register number needs its country."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: Scheme
    value: str
    country: str | None = None


class OrganisationShown(BaseModel):
    """An organisation as one territory registered it."""

    model_config = ConfigDict(frozen=True)

    organisation_id: UUID
    name: str
    country: str
    language: str
    identifiers: tuple[Identifier, ...]
    address: PostalAddress | None


@dataclass(frozen=True, slots=True)
class Link:
    """A tie, read from one organisation to the other; the last day is excluded."""

    link_id: UUID
    organisation_id: UUID
    other_id: UUID
    kind: LinkKind
    valid_from: date
    valid_until: date | None = None

    def meets(self, other: "Link") -> bool:
        """Say whether there is a day on which both hold."""
        return _before(self.valid_from, other.valid_until) and _before(other.valid_from, self.valid_until)


def identifiers(given: Iterable[GivenIdentifier]) -> tuple[Identifier, ...]:
    """Return the identifiers as registers write them, each once, the surest first.

    A French VAT number holds a SIREN, which is added. Raises SirenInvalid, VatNumberInvalid,
    RegisterNumberInvalid, IdentifiersDisagree.
    """
    found = {_key(one): one for one in map(_identifier, given)}
    for one in list(found.values()):
        if siren := _siren_within(one):
            _refuse_disagreement(found.values(), one, siren.value)
            found.setdefault(_key(siren), siren)
    return tuple(sorted(found.values(), key=lambda one: (_WEIGHT[one.scheme], one.country, one.value)))


def linked(new: Link, links: Collection[Link]) -> Link:
    """Return the tie, if it may hold beside the others. Raises LinkWithItself, LinkEmpty, LinkCircular."""
    if new.organisation_id == new.other_id:
        raise LinkWithItself
    if new.valid_until is not None and new.valid_until <= new.valid_from:
        raise LinkEmpty(valid_from=str(new.valid_from), valid_until=str(new.valid_until))
    if new.kind != "single_undertaking_with" and (through := _way_back(new, links)):
        raise LinkCircular(through=str(through))
    return new


def ended(link: Link, ended_on: date) -> Link:
    """Return the tie with its end. Raises LinkEmpty, LinkEndsEarlier."""
    if not _before(ended_on, link.valid_until):
        raise LinkEndsEarlier(valid_until=str(link.valid_until))
    if ended_on <= link.valid_from:
        raise LinkEmpty(valid_from=str(link.valid_from), valid_until=str(ended_on))
    return replace(link, valid_until=ended_on)


def _way_back(new: Link, links: Collection[Link]) -> UUID | None:
    """Return the organisation by which parents of the new parent lead back, at a time when both hold."""
    upward = [link for link in links if link.kind != "single_undertaking_with" and link.meets(new)]
    reached, waiting = set[UUID](), [new.other_id]
    while waiting:
        here = waiting.pop()
        for link in upward:
            if link.organisation_id == here and link.other_id not in reached:
                if link.other_id == new.organisation_id:
                    return here
                reached.add(link.other_id)
                waiting.append(link.other_id)
    return None


def _identifier(given: GivenIdentifier) -> Identifier:
    compact = _OFTEN_TYPED.sub("", given.value).upper()
    if given.scheme == "siren":
        if not is_siren(compact):
            raise SirenInvalid(value=given.value)
        return Identifier(scheme="siren", value=compact, country="FR")
    if given.scheme == "vat":
        number = _vat(given.value)
        return Identifier(scheme="vat", value=number, country=_VAT_COUNTRY.get(number[:2], number[:2]))
    value, country = " ".join(given.value.split()).upper(), (given.country or "").upper()
    if not (1 <= len(value) <= 40 and re.fullmatch("[A-Z]{2}", country)) or country == "FR":  # noqa: PLR2004
        raise RegisterNumberInvalid(value=given.value, country=country or "?")
    return Identifier(scheme="register", value=value, country=country)


def _vat(value: str) -> str:
    try:
        return vat.validate(value)
    except ValidationError:
        raise VatNumberInvalid(value=value) from None


def _siren_within(one: Identifier) -> Identifier | None:
    match = _FRENCH_VAT.fullmatch(one.value) if one.scheme == "vat" else None
    return Identifier(scheme="siren", value=match[1], country="FR") if match and is_siren(match[1]) else None


def _refuse_disagreement(found: Iterable[Identifier], vat_number: Identifier, siren: str) -> None:
    for other in found:
        if other.scheme == "siren" and other.value != siren:
            raise IdentifiersDisagree(vat=vat_number.value, found=siren, siren=other.value)


def _key(one: Identifier) -> tuple[str, str, str]:
    return one.scheme, one.country, one.value


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end
