"""When a series comes again, and how its dates are booked in one pass."""
