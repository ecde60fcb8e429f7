"""Fibre lines and how far each got."""
