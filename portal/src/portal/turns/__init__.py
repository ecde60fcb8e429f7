"""Turns at a shared desk: who takes over by PIN, one's own PIN, and which computers are desks."""
