"""When the places of the territory open, and what becomes of bookings when they do not."""
