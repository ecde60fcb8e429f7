"""One's own data: all of it in one file, and the wish to be forgotten."""
