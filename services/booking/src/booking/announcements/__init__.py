"""Announcements: telling everybody who is booked at a site in a stretch of time."""
