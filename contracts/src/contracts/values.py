"""Owns the identifiers, instants and addresses that events carry."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from contracts.marks import Known, Pseudonym, about

_NINE_DIGITS = re.compile("[0-9]{9}")

PLATFORM = "000000000"
"""The reserved territory of what belongs to no territory: persons, organisations, networks."""


class Value(BaseModel):
    """A group of fields inside an event, compared by its content."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def is_siren(text: str) -> bool:
    """Whether the text is nine digits that pass the Luhn check of the Sirene register (ISO/IEC 7812-1)."""
    if not _NINE_DIGITS.fullmatch(text):
        return False
    doubled = (int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(text))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def _checked(siren: str) -> str:
    if not is_siren(siren):
        raise ValueError(f"{siren!r} is no SIREN: nine digits, the last one a check digit")
    return siren


def _utc(instant: datetime) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{instant} lies outside the calendar") from None


def _id(what: str, number: int) -> object:
    return about(what, f"0195a1b0-5c00-7000-8000-{number:012d}")


TerritoryId = Annotated[
    str,
    Field(pattern=r"^[0-9]{9}$", json_schema_extra={"format": "siren"}),
    AfterValidator(_checked),
    about("SIREN of the grouping of towns; 000000000 is the platform itself.", "200035715"),
]
SiteId = Annotated[UUID, _id("A site: a place that opens its doors.", 1)]
OperatorId = Annotated[UUID, _id("An operator: who runs a site for a territory.", 2)]
OrganisationId = Annotated[UUID, _id("An organisation.", 3)]
PersonId = Annotated[UUID, Pseudonym(), _id("A person, opaquely.", 4)]
PlanId = Annotated[UUID, _id("A plan.", 5)]
MembershipId = Annotated[UUID, _id("A membership.", 6)]
ResourceId = Annotated[UUID, _id("A resource: what can be booked, or contains it.", 7)]
BookingId = Annotated[UUID, _id("A booking.", 8)]
PriceBookId = Annotated[UUID, _id("A price book.", 9)]
ChargeId = Annotated[UUID, _id("A charge.", 10)]
InvoiceId = Annotated[UUID, _id("An invoice.", 11)]
IssuerId = Annotated[UUID, _id("An issuer: the legal seller.", 12)]

Instant = Annotated[AwareDatetime, AfterValidator(_utc), about("An instant in UTC.", "2026-03-12T08:30:00Z")]
Day = Annotated[date, about("A civil day at the place concerned.", "2026-03-12")]
LocalTime = Annotated[
    str,
    Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"),
    about("Local time of day; 24:00 is midnight at its end.", "08:30"),
]
Zone = Annotated[str, about("IANA time zone of the place.", "Europe/Paris")]
Language = Annotated[str, Known("fr", "en"), about("Language of correspondence, ISO 639-1.", "fr")]
Country = Annotated[
    str, Field(pattern=r"^[A-Z]{2}$"), about("Country, ISO 3166-1 in two capital letters.", "FR")
]
Audience = Annotated[
    str,
    Known("nomad", "micro_entrepreneur", "teleworker", "project_holder", "student", "company"),
    about("The audience whose prices and rights apply; each territory names its own.", "nomad"),
]
PriceCode = Annotated[str, about("What is sold, as the price book names it.", "large-room")]
Version = Annotated[int, Field(ge=1), about("Version, counted from 1; a published version never changes.", 1)]


def ruled(rule: str, **keywords: JsonValue) -> ConfigDict:
    """The settings of a value that checks more than its fields; its schema names the rule."""
    return ConfigDict(json_schema_extra={"x-rule": rule, **keywords})


class Wording(Value):
    """A text shown to people, in both languages."""

    fr: Annotated[str, about("In French.", "Salle de réunion")]
    en: Annotated[str, about("In English.", "Meeting room")]


class Period(Value):
    """A stretch of time, end excluded, with the zone in which people read it."""

    model_config = ruled("start < end")

    start: Annotated[Instant, about("First instant.", "2026-03-12T08:00:00Z")]
    end: Annotated[Instant, about("First instant after the period.", "2026-03-12T10:00:00Z")]
    zone: Zone

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.start >= self.end:
            raise ValueError("a period ends after it starts")
        return self


class CivilPeriod(Value):
    """A stretch of civil days at the place of the service, end excluded."""

    model_config = ruled("start < end")

    start: Annotated[Day, about("First day.", "2026-03-12")]
    end: Annotated[Day, about("First day after the period.", "2026-04-01")]

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.start >= self.end:
            raise ValueError("a period ends after it starts")
        return self


class PostalAddress(Value):
    """Where letters reach an organisation."""

    lines: Annotated[tuple[str, ...], about("Lines above postcode and town.", ["302 Rue Lamarck"])]
    postcode: Annotated[str, about("Postcode, as the country writes it.", "11000")]
    town: Annotated[str, about("Town.", "Carcassonne")]
    country: Country


class Identifier(Value):
    """How a register knows an organisation: a SIREN, a country's register number or an EU VAT number."""

    model_config = ruled("a siren passes the Luhn check")

    scheme: Annotated[str, Known("siren", "register", "vat"), about("Kind of identifier.", "siren")]
    value: Annotated[str, about("The identifier as that register writes it.", "200035715")]
    country: Country

    @model_validator(mode="after")
    def _siren_passes_its_check(self) -> Self:
        if self.scheme == "siren":
            _checked(self.value)
        return self


class Party(Value):
    """Who holds or pays: exactly one of a person and an organisation."""

    model_config = ruled(
        "exactly one", examples=[{"organisation_id": "0195a1b0-5c00-7000-8000-000000000003"}]
    )

    person_id: PersonId | None = None
    organisation_id: OrganisationId | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.person_id is None) == (self.organisation_id is None):
            raise ValueError("a party is one person or one organisation")
        return self
