"""What an import shows: how far it is, which lines are damaged and why, what has been used since."""
