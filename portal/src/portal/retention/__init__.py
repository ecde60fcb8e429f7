"""How long what is kept for: the rules, what is due, the purge."""
