"""Who, and by what right: territories, sites, persons, organisations, plans, sign-in."""
