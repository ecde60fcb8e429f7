"""Uses of machines that end by themselves: in time, or for want of signs."""
