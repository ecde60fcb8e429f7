"""What decides whether a resource can be booked for a time, all but whether it is free."""
