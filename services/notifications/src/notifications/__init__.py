"""Messages and partners: mail, inbox, preferences, the event feed."""
