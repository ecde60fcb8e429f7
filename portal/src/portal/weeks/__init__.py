"""A week of a site: as a table, as a list, and on paper."""
