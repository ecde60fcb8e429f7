"""Messages to people: one for each event that concerns them, by the channels they take."""
