"""What each territory is called, and the zone its days begin in: a copy of what membership tells."""
