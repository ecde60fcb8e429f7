"""Under which policy a use is admitted, and whether."""
