"""Sentences and figures as people read them, in French and English."""
