"""Calendars and door screens that read bookings by a link: made, listed, revoked, written as iCalendar."""
