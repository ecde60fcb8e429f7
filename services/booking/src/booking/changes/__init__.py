"""What becomes of a booking that is made: another time or place, other things beside it, or its end."""
