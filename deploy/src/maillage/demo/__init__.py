"""`maillage demo`: two months of a digital hub, lived on the running platform and checked fact by fact.

Every act is done by the token of the person whose act it is, through the public API. What amounts should be
comes from `oracle.py`, which knows the tables of prices and what was asked for, and nothing of the platform.
"""
