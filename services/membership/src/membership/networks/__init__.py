"""Networks of territories, and their dated agreements to share one kind of thing."""
