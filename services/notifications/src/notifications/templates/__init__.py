"""The words of every message, in French and English, and how dates and amounts stand in them."""
