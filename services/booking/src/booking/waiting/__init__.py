"""Joining a waitlist where nothing fits now, and leaving it."""
