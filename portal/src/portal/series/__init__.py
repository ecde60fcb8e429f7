"""Bookings that come again: repeated by a rule, seen date by date, changed and given up from a date on."""
