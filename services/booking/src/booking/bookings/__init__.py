"""Bookings: a resource is held or taken for a person and a period, and never twice."""
