"""Owns what billing answers when a person is erased."""

from contracts.envelope import Topic
from contracts.erasure import ErasureCheck, ErasureReceipt

BILLING_ERASURES = Topic("billing.erasures.v1", key="erasure_id")


class BillingErasureChecked(ErasureCheck, topic=BILLING_ERASURES):
    """Billing said whether something here holds the erasure up."""


class BillingTracesErased(ErasureReceipt, topic=BILLING_ERASURES):
    """Billing took the person's traces away."""
