"""Plans and memberships: my own, what waits for staff, what is on offer."""
