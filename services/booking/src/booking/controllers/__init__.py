"""Programs at the machines of a site, and the badges that they know people by."""
