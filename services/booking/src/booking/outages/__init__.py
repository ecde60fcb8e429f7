"""When resources cannot be used although they are open; the bookings affected are listed, not cancelled."""
