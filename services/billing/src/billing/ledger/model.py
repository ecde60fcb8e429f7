"""Decides how what happens is entered: which accounts, on which side, so that debits equal credits."""

from datetime import date
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid5

from billing.issuers.model import Seller

Account = Literal["receivable", "revenue", "owed_to_principal", "vat_pending", "vat_due"]
Side = Literal["debit", "credit"]
NOBODY: Final = UUID(int=0)
_NAMES: Final = UUID("0c8d9a52-3a0e-5d5c-8f5b-2b6a4d2f7c11")  # the space in which ids of entries are drawn


class Posting(NamedTuple):
    """An amount on one side of an account, in minor units above 0; a party where the account has one each."""

    account: Account
    party_id: UUID
    side: Side
    minor: int


class Entry(NamedTuple):
    """What one cause does to the accounts of an issuer; its id comes from the cause: it is entered once."""

    entry_id: UUID
    issuer_id: UUID
    kind: str
    cause_id: UUID
    effective_on: date
    postings: tuple[Posting, ...]


def entry_id_of(territory_id: str, kind: str, cause_id: UUID) -> UUID:
    return uuid5(_NAMES, f"{territory_id}/{kind}/{cause_id}")


def invoice_postings(seller: Seller, customer_id: UUID, net: int, vat: int) -> tuple[Posting, ...]:
    """Enter an issued invoice: the customer owes all of it.

    VAT waits for the collection, or is due at once under the option (CGI, art. 269). What a mandatary
    collects is owed to its principal and never its revenue (CGCT, art. L1611-7).
    """
    owed = Posting("receivable", customer_id, "debit", net + vat)
    if seller.regime == "private_mandatary":
        return _above_zero(owed, Posting("owed_to_principal", NOBODY, "credit", net + vat))
    vat_account: Account = "vat_pending" if seller.vat_due == "on_collection" else "vat_due"
    return _above_zero(
        owed, Posting("revenue", NOBODY, "credit", net), Posting(vat_account, NOBODY, "credit", vat)
    )


def _above_zero(*postings: Posting) -> tuple[Posting, ...]:
    return tuple(posting for posting in postings if posting.minor)
