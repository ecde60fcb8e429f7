"""Bookings as a table for a spreadsheet."""
