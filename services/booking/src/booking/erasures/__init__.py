"""Erasures: what holds one up here, and how the traces of a person are taken away."""
