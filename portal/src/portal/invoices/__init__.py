"""Invoices, and why each amount is what it is."""
