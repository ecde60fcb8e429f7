"""Persons: who they are, sealed, and which territories know them."""
