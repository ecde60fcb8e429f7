"""One date of a series: left out, asked for again, told when it has become free."""
