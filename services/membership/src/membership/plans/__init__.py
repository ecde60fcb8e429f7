"""Plans: what membership offers to each audience, in versions that never change."""
