"""Sets of days that a site follows: public holidays, school holidays, calendars that staff brought in."""
