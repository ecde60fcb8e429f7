"""The network's catalogue: sessions that other territories keep seats of for this one's people."""
