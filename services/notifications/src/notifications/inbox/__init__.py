"""The inbox: messages that a person reads here."""
