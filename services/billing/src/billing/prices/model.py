"""Decides what a version of a price book may say, and which price holds for whom."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from billing.issuers.model import Seller
from chassis.errors import Refused
from contracts.billing import Deliberation, Price
from contracts.values import Day

Unit = Literal["minute", "hour", "half_day", "day", "month", "year", "booking", "piece", "gram"]
PriceMode = Literal["excluding_vat", "including_vat"]
Category = Literal["S", "E", "O", "AE", "K", "G", "Z"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
AudienceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Gap = Literal["no_price_book", "no_price_for_code", "no_price_for_audience"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

MOST_PRICES: Final = 120  # of one version: its event holds them all and stays under 64 KiB
STANDARD: Final = "S"
NEEDS_NO_REASON: Final = frozenset({"S", "Z"})


class DeliberationMissing(Refused):
    """{issuer} is a public issuer ({regime}): its prices rest on a deliberation, with number and date."""

    status = 422
    fr = "{issuer} est un émetteur public ({regime}) : ses tarifs reposent sur une délibération datée."
    cure = (
        "Give the deliberation: its number, the day it was adopted and the body that adopted it.",
        "Indiquez la délibération : son numéro, sa date d'adoption et l'assemblée qui l'a adoptée.",
    )


class DeliberationTooLate(Refused):
    """Deliberation {number} was adopted on {adopted_on}: prices cannot hold before, from {valid_from}."""

    status = 422
    fr = "La délibération {number} est du {adopted_on} : ils ne valent pas dès le {valid_from}."
    cure = (
        "Let the prices hold from {adopted_on} or later.",
        "Faites valoir les tarifs à partir du {adopted_on} ou plus tard.",
    )


class PriceTwice(Refused):
    """The price {price_code} for {audience} stands twice in this version."""

    status = 422
    fr = "Le tarif {price_code} pour {audience} figure deux fois dans cette version."
    cure = ("Keep one of the two.", "Gardez l'un des deux.")


class PriceCodeTaken(Refused):
    """The price code {price_code} belongs to another price book: what is used has one price."""

    fr = "Le code tarif {price_code} est celui d'une autre grille : ce qui est utilisé a un seul prix."
    cure = (
        "Choose another code, or publish in that book.",
        "Choisissez un autre code, ou publiez dans l'autre grille.",
    )


class VersionBeforeTheLast(Refused):
    """Version {last} of this price book holds from {last_from}: the next cannot hold from {valid_from}."""

    fr = (
        "La version {last} de la grille vaut dès le {last_from} : la suivante ne le peut dès le {valid_from}."
    )
    cure = (
        "Let it hold from {last_from} or later.",
        "Faites-la valoir à partir du {last_from} ou plus tard.",
    )


class MultiPurpose(Refused):
    """{price_code} would be taken for {opened}, taxed at {other}, and is itself taxed at {vat}."""

    status = 422
    fr = "{price_code} servirait pour {opened}, taxé à {other}, et l'est lui-même à {vat}."
    cure = (
        "Sell a pass for each rate: VAT is due at the sale only where one rate is known (CGI, art. 256 ter).",
        "Vendez un carnet par taux : la TVA n'est due à la vente qu'à un taux connu (CGI, art. 256 ter).",
    )


class OpensUnknown(Refused):
    """{price_code} would be taken for {opened}, which has no price on {day}."""

    status = 422
    fr = "{price_code} servirait pour {opened}, qui n'a pas de tarif le {day}."
    cure = ("Publish that price first.", "Publiez d'abord ce tarif.")


class Opened(BaseModel):
    """What a pass opens: so many units, on which kinds of resources, at which sites, for how long.

    It is taken for things of these prices; what comes back after its end holds for the days of grace.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: Annotated[int, Field(ge=1, le=10_000)]
    unit: Literal["hour", "half_day", "day"]
    resource_kinds: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    price_codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]
    site_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    valid_for: Annotated[int, Field(ge=1, le=1_000)]
    valid_per: Literal["day", "month"]
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0

    def until(self, first: date) -> date:
        """Return the first day on which a pass that holds from a day on no longer does."""
        if self.valid_per == "day":
            return first + timedelta(days=self.valid_for)
        years, month = divmod(first.month - 1 + self.valid_for, 12)
        last = monthrange(first.year + years, month + 1)[1]
        return date(first.year + years, month + 1, min(first.day, last))


class SoldPrice(Price):
    """A price as it is published: why no VAT is due, where none is, and what a pass opens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_code: Code
    audience: AudienceName | None = None
    unit: Unit
    price_mode: PriceMode
    vat_category: Category
    exemption: Text | None = None
    opens: Opened | None = None

    @field_validator("unit_price", "vat_rate", mode="before")
    @classmethod
    def _is_written_as_text(cls, value: object) -> object:
        if not isinstance(value, str | Decimal):
            raise ValueError('a decimal is written as text, such as "12.50"')  # noqa: TRY004 - a refusal
        return value

    @model_validator(mode="after")
    def _is_taxed_as_its_category_says(self) -> Self:
        if self.unit_price < 0:
            raise ValueError("a price is not negative: a reduction is a credit note")
        if (self.vat_category == STANDARD) != (self.vat_rate > 0):
            raise ValueError("category S has a rate above 0, every other category has rate 0")
        if self.vat_category not in NEEDS_NO_REASON and self.exemption is None:
            raise ValueError("a category without VAT names its legal reason in `exemption`")
        if self.opens and (self.unit != "piece" or self.prorated):
            raise ValueError("a pass is sold by the piece, and never in part")
        return self


class PriceVersion(BaseModel):
    """What a version of a price book says; once published it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    valid_from: Day
    deliberation: Deliberation | None = None
    prices: Annotated[tuple[SoldPrice, ...], Field(min_length=1, max_length=MOST_PRICES)]


class Offer(BaseModel):
    """The price that holds for somebody on a day, and where it stands."""

    model_config = ConfigDict(frozen=True)

    issuer_id: UUID
    price_book_id: UUID
    version: int
    book_name: str
    currency: str
    deliberation: Deliberation | None
    price: SoldPrice


def check_version(version: PriceVersion, issuer: Seller) -> None:
    """Check what a version needs to be published.

    A public issuer sets prices by deliberation, and an administrative act has no effect before it exists.
    Raises DeliberationMissing, DeliberationTooLate, PriceTwice.
    """
    told = version.deliberation
    if issuer.public and told is None:
        raise DeliberationMissing(issuer=issuer.name, regime=issuer.regime)
    if told and told.adopted_on > version.valid_from:
        raise DeliberationTooLate(
            number=told.number,
            adopted_on=told.adopted_on.isoformat(),
            valid_from=version.valid_from.isoformat(),
        )
    (key, count), *_ = Counter((each.price_code, each.audience) for each in version.prices).most_common(1)
    if count > 1:
        raise PriceTwice(price_code=key[0], audience=key[1] or "*")


def check_single_purpose(sold: SoldPrice, opened: Mapping[str, Sequence[SoldPrice]], day: date) -> None:
    """Check that a pass and all it is taken for are taxed alike: then VAT is due at its sale, once for all.

    Raises OpensUnknown, MultiPurpose.
    """
    for price_code in sold.opens.price_codes if sold.opens else ():
        prices = opened.get(price_code) or ()
        if not prices:
            raise OpensUnknown(price_code=sold.price_code, opened=price_code, day=day.isoformat())
        for price in prices:
            if (price.vat_category, price.vat_rate) != (sold.vat_category, sold.vat_rate):
                raise MultiPurpose(
                    price_code=sold.price_code, opened=price_code, vat=_vat(sold), other=_vat(price)
                )


def check_succession(version: PriceVersion, last: int, last_from: date) -> None:
    """Raise VersionBeforeTheLast where a version would hold before the one it follows."""
    if version.valid_from < last_from:
        raise VersionBeforeTheLast(
            last=last, last_from=last_from.isoformat(), valid_from=version.valid_from.isoformat()
        )


def price_for(offers: Sequence[Offer], audience: str) -> Offer | None:
    """Return the offer made to the audience, else the one made to everyone else."""
    by_audience = {offer.price.audience: offer for offer in offers}
    return by_audience.get(audience) or by_audience.get(None)


def _vat(price: SoldPrice) -> str:
    return f"{price.vat_category} {price.vat_rate} %"
