"""Who may lead sessions, each by a resource of their own that keeps them from being in two places."""
