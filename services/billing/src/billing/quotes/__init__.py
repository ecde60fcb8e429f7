"""What a use costs: the pure computation, and quotes before anything is booked."""
