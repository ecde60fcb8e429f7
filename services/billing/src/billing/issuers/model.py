"""Decides who may sell and how: an issuer's regime, its obligations and what its documents must say."""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from contracts.billing import Issuer
from contracts.values import PostalAddress

Regime = Literal["private_operator", "private_mandatary", "public_regie", "public_titre"]
PUBLIC: Final = frozenset({"public_regie", "public_titre"})

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Seller(Issuer):
    """An issuer with all that its documents say of it.

    `vat_due` is when the VAT of services falls due: on collection, or on invoicing by option (CGI, art. 269).
    `number_prefix` stands before the year in its numbers; `payment_days` counts from the date of a document.
    """

    regime: Regime
    address: PostalAddress
    vat_number: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9A-Z]{2,13}$")] | None = None
    legal_form: Line | None = None
    iban: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$")] | None = None
    vat_due: Literal["on_collection", "on_invoicing"] = "on_collection"
    payment_days: Annotated[int, Field(ge=0, le=60)] = 30
    number_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{0,6}$")] = ""

    @property
    def public(self) -> bool:
        return self.regime in PUBLIC

    @property
    def told(self) -> Issuer:
        """What events say of it."""
        return Issuer(**self.model_dump(include=set(Issuer.model_fields)))
