"""What becomes free again: noted with the change that frees it, for whoever waits for it."""
