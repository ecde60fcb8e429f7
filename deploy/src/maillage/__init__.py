"""The operator of Maillage: starts it, watches it, proves it."""
