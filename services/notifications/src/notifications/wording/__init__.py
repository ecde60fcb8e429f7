"""How days, periods and amounts are written in French and English."""
