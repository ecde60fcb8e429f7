"""Seats of a company's membership: given to its persons, taken back, never more than there are."""
