"""The day of a site: what is free, what is taken, who comes."""
