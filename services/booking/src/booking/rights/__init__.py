"""Who may book what, by which right: a copy of membership's facts, judged at the date of use."""
