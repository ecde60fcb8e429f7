"""Memberships charged cycle by cycle."""
