"""Planted faults, and what runs tests against them."""
