"""A person’s bookings: what is to come, moving it, giving it up."""
