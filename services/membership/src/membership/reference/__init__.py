"""What public registers say: groupings of towns, towns, and the third places of the State's own list."""
