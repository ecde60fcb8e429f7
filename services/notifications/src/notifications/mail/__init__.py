"""The mail channel: a message becomes a letter when it is sent, and only then."""
