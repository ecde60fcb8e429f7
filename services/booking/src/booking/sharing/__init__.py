"""Agreements by which territories share sessions: a copy in each of them."""
