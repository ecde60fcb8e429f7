"""Sessions: catalogue, registering, own registrations; scheduling, people, attendance for staff."""
