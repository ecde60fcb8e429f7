"""What can be booked: buildings, floors, rooms, desks, offices, equipment, and what each is made of."""
