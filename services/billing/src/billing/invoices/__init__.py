"""Invoices: numbered without gap, sealed in a chain, printed once and never changed."""
