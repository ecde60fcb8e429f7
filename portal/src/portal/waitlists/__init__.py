"""What somebody waits for: joining, answering an offer, and the list of a day for staff."""
