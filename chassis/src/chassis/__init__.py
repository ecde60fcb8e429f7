"""How a service of Maillage runs; no domain word in it."""
