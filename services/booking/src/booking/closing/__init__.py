"""Closures declared and lifted, and what becomes of the bookings that they hit."""
