"""Series of bookings: started by a rule, extended as time goes on, shown."""
