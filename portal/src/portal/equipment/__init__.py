"""The page on which staff make a machine of a piece of equipment."""
