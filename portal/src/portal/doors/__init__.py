"""The screen at a door: what is on now and what comes next, by a link and without a sign-in."""
