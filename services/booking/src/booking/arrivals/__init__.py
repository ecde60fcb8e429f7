"""Whether people come: check-in, and what becomes of a booking when nobody does."""
