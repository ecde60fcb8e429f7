"""Who came to which half-day, noted or signed."""
