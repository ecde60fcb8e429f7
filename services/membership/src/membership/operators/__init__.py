"""Organisations that run sites for the territory, and what is delegated to them."""
