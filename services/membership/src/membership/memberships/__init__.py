"""Memberships: who holds which plan, at which sites, from when and until when."""
