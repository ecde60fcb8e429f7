"""What one cell of a file says: a text, a mail address, a day, an amount."""
