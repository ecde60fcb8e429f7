"""Shared desks: computers that staff enrol, and the PIN by which each acts there under their own name."""
