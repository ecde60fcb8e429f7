"""Charges: what is due for a use, once, with the reason for its amount."""
