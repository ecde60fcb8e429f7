"""Passes: one's own and what is left of them, what is on offer, and the desk that sells them."""
