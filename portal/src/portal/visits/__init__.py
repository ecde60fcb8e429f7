"""Visitors, deliveries, who is here now, and telling everybody who is booked."""
