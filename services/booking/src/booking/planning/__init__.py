"""What is booked, to be read: the day of a site, a person's own bookings, what staff must see to."""
