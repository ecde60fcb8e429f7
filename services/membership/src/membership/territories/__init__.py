"""Opening a grouping of towns on the platform, and the clock of a sandbox."""
