"""Booking in three steps: what and when, which, confirm."""
