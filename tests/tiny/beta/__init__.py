"""A tiny service: charges each touch that it hears of, and keeps a projection of them."""
