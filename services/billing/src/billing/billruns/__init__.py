"""Bill runs: planned, looked at, released by a second person, sealed."""
