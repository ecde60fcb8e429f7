"""Affiliations: who belongs to which organisation, in what role, and when."""
