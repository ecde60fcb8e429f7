"""Time and place: what can be booked, when it is open, who may book it, and that nothing is taken twice."""
