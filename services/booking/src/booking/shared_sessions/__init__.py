"""The network's catalogue: sessions that other territories hold and keep seats of, and who has one there."""
