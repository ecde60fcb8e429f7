"""Organisations from any country: how registers know them, and what ties them to one another."""
