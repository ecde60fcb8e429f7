"""Presence: who is at a site now, by check-ins and visits."""
