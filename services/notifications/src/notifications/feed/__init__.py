"""The feed: events as partners may see them, in order, by page or as a stream."""
