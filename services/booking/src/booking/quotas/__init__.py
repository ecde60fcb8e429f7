"""The most that may be booked: by a person, an organisation, the holders of a plan, or everybody."""
