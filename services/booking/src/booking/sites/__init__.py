"""The places that bookings happen at, as membership tells of them, and the booking rules of each."""
