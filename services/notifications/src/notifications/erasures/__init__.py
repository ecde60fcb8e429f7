"""Erasures: how the traces of a person are taken away."""
