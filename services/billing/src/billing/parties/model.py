"""Decides how a customer is named on a document, and what is missing to invoice one."""

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.values import Identifier, Party, PostalAddress

Missing = Literal["customer_unknown", "customer_address_missing"]
ACTING_ROLES: Final = ("administrator", "representative")
"""The roles in which a person orders for an organisation and reads its invoices."""


class Customer(BaseModel):
    """Who buys, as a document names them."""

    model_config = ConfigDict(frozen=True)

    party: Party
    name: str
    lines: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    professional: bool
    language: Literal["fr", "en"] = "fr"


def lines_of(address: PostalAddress | None, home: str = "FR") -> tuple[str, ...]:
    """Return the lines of an address; the country is named where it is not the seller's."""
    if address is None:
        return ()
    town = f"{address.postcode} {address.town}"
    return (*address.lines, town) if address.country == home else (*address.lines, town, address.country)


def missing(customer: Customer | None) -> Missing | None:
    """Return what keeps a customer from being invoiced, None when nothing does.

    A professional is named with an address (CGI, annexe II, art. 242 nonies A); a consumer's name is enough.
    """
    if customer is None:
        return "customer_unknown"
    return "customer_address_missing" if customer.professional and not customer.lines else None


def key_of(party: Party) -> UUID:
    """Return the one id of a party."""
    found = party.organisation_id or party.person_id
    assert found is not None  # noqa: S101 - Party holds exactly one of them
    return found
