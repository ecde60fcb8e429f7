"""Links by which calendars elsewhere read bookings: made, copied, revoked, and read through the portal."""
