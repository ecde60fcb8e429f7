"""Arithmetic of amounts: rounding, shares of a period, VAT of a document."""
