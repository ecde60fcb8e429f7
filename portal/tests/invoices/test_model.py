"""What is still to be invoiced."""

from portal.invoices.model import waiting


def test_only_what_waits_for_its_invoice_or_price_is_to_come() -> None:
    states = ("unpriced", "pending", "included", "cancelled", "waived", "invoiced")
    assert [each["state"] for each in waiting([{"state": state} for state in states])] == [
        "unpriced",
        "pending",
    ]
