"""A series from a date on: changed, given up, put right when the rules of its zone change."""
